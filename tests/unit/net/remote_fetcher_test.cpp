#include "dunlin/net/remote_fetcher.hpp"

#include "fetching.hpp"

#include "dunlin/base/time_format.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <future>

using namespace dunlin;
using namespace dunlin::net;
using namespace dunlin::net::test;
using service::RemoteDocument;
using service::RemoteKind;

namespace {

std::string path(const http::OutboundRequest& request) {
  return request.url.substr(request.url.find('/', 8));
}

}  // namespace

TEST_CASE("what is signed for a follower is sent as it is, once, and leads nowhere else", "[net][fetcher]") {
  Fetching f([](const http::OutboundRequest& request) {
    if (path(request) == "/moved") return answer(302, "", "Location", "https://a.example/2");
    return answer(404);
  });
  const auto ask = [&](const std::string& url) {
    std::promise<RemoteDocument> promise;
    f.fetcher.fetch({.url = url, .kind = RemoteKind::as_follower, .headers = {{"Date", "now"}, {"Signature", "mine"}}},
                    [&](RemoteDocument document) { promise.set_value(std::move(document)); });
    return promise.get_future().get();
  };
  CHECK(ask("https://a.example/1").status == 404);
  CHECK(ask("https://a.example/1").status == 404);
  REQUIRE(f.network.asked().size() == 2);  // no answer is remembered: another follower may see more
  CHECK(f.network.asked()[0].headers.get("Signature") == "mine");
  CHECK(f.network.asked()[0].headers.get("Date") == "now");
  CHECK_FALSE(ask("https://a.example/moved").failure.empty());
}

TEST_CASE("a document comes with its type, links and final address", "[net][fetcher]") {
  Fetching f([](const auto&) {
    auto response = answer(200, "body", "Content-Type", "application/activity+json");
    response.headers.add("Link", "<a>; rel=x");
    response.headers.add("Link", "<b>; rel=y");
    return response;
  });
  const auto document = f.fetch("https://a.example/note#fragment");
  CHECK(document.failure.empty());
  CHECK(document.status == 200);
  CHECK(document.body == "body");
  CHECK(document.content_type == "application/activity+json");
  CHECK(document.link_header == "<a>; rel=x, <b>; rel=y");
  CHECK(document.final_url == "https://a.example/note");
}

TEST_CASE("each kind asks for its types, and signs where that is of use", "[net][fetcher]") {
  Fetching f([](const auto&) { return answer(200); });
  for (const auto kind : {RemoteKind::activity, RemoteKind::key, RemoteKind::webfinger, RemoteKind::host_meta,
                          RemoteKind::page, RemoteKind::web_page, RemoteKind::oembed}) {
    f.fetch("https://a.example/", kind);
  }
  const auto asked = f.network.asked();
  REQUIRE(asked.size() == 7);
  CHECK(asked[0].headers.get("Accept").starts_with("application/activity+json, application/ld+json; profile="));
  CHECK(asked[0].headers.get("Accept") == asked[1].headers.get("Accept"));
  CHECK(asked[2].headers.get("Accept").starts_with("application/jrd+json"));
  CHECK(asked[3].headers.get("Accept").starts_with("application/xrd+xml"));
  CHECK(asked[4].headers.get("Accept").ends_with("text/html;q=0.1"));
  for (const int is_signed : {0, 1, 4}) CHECK(asked[static_cast<std::size_t>(is_signed)].headers.find("Signature"));
  CHECK(asked[5].headers.get("Accept").starts_with("text/html"));
  CHECK(asked[5].cut_body);
  CHECK(asked[6].headers.get("Accept") == "application/json");
  CHECK_FALSE(asked[6].cut_body);
  for (const int bare : {2, 3, 5, 6}) CHECK_FALSE(asked[static_cast<std::size_t>(bare)].headers.find("Signature"));
}

TEST_CASE("a translator gets its text by POST, and is not followed elsewhere", "[net][fetcher]") {
  Fetching f([](const auto&) { return answer(302, "", "Location", "/elsewhere"); });
  auto promise = std::make_shared<std::promise<RemoteDocument>>();
  f.fetcher.fetch({"https://a.example/translate", RemoteKind::translate, R"({"q":"text"})"},
                  [promise](RemoteDocument document) { promise->set_value(std::move(document)); });
  CHECK(promise->get_future().get().failure == "protocol: redirected too often");
  const auto asked = f.network.asked();
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].method == http::Method::post);
  CHECK(*asked[0].body == R"({"q":"text"})");
  CHECK(asked[0].headers.get("Content-Type") == "application/json");
  CHECK_FALSE(asked[0].headers.find("Signature"));
  f.fetch("https://a.example/languages", RemoteKind::translate);
  CHECK(f.network.asked().at(1).method == http::Method::get);
}

// 8.13, R6
TEST_CASE("redirects are followed three times, each hop signed anew", "[net][fetcher]") {
  const auto chain = [](const http::OutboundRequest& request) -> std::optional<FakeExchanger::Answer> {
    const int hop = std::stoi(path(request).substr(1));
    if (hop == 3) return answer(200, "end");
    return answer(302, "", "Location", "/" + std::to_string(hop + 1));
  };
  Fetching f(chain);
  const auto document = f.fetch("https://a.example/0");
  CHECK(document.body == "end");
  CHECK(document.final_url == "https://a.example/3");
  const auto asked = f.network.asked();
  REQUIRE(asked.size() == 4);
  for (const auto& request : asked) CHECK(request.headers.get("Signature") == "cavage " + request.url);

  const auto too_far = f.fetch("https://a.example/-1", RemoteKind::webfinger);
  CHECK(too_far.failure == "protocol: redirected too often");
}

// 8.13
TEST_CASE("a key's address does not redirect", "[net][fetcher]") {
  Fetching f([](const auto&) { return answer(302, "", "Location", "https://b.example/"); });
  CHECK(f.fetch("https://a.example/key", RemoteKind::key).failure == "protocol: redirected too often");
  CHECK(f.network.asked().size() == 1);
}

// 8.13
TEST_CASE("redirects to worse places are refused", "[net][fetcher]") {
  FetcherOptions options;
  options.own_authorities = {"ours.example", "127.0.0.1:4001"};
  Fetching f(
      [](const http::OutboundRequest& request) {
        const auto where = path(request);
        if (where == "/plain") return answer(302, "", "Location", "http://a.example/");
        if (where == "/ours") return answer(302, "", "Location", "https://OURS.example/users/1");
        if (where == "/none") return answer(302);
        return answer(302, "", "Location", "javascript:alert(1)");
      },
      options);
  CHECK(f.fetch("https://a.example/plain").failure == "refused address: redirected from https to http");
  CHECK(f.fetch("https://a.example/ours").failure == "refused address: our own host");
  CHECK_FALSE(f.fetch("https://a.example/none").failure.empty());
  CHECK_FALSE(f.fetch("https://a.example/script").failure.empty());
  CHECK(f.network.asked().size() == 4);
  CHECK(f.fetch("http://127.0.0.1:4001/x").failure == "refused address: our own host");
  CHECK(f.fetch("nonsense").failure == "refused address: the URL is malformed");
  CHECK(f.network.asked().size() == 4);
}

// 8.107
TEST_CASE("a host that the policy leaves out is not asked, by a redirect either", "[net][fetcher]") {
  FetcherOptions options;
  bool blocked = true;
  options.may_ask = [&](std::string_view authority) { return !blocked || authority != "bad.example"; };
  Fetching f(
      [](const http::OutboundRequest& request) {
        if (request.url.starts_with("https://bad.example")) return answer(200, "bad");
        return answer(302, "", "Location", "https://bad.example/1");
      },
      options);
  CHECK(f.fetch("https://bad.example/1").failure == "refused by the domain policy");
  CHECK(f.fetch("https://a.example/1").failure == "refused by the domain policy");
  CHECK(f.network.asked().size() == 1);
  blocked = false;
  CHECK(f.fetch("https://a.example/1").body == "bad");
}

// 8.37
TEST_CASE("a host that refuses one signature is asked with the other, and remembered", "[net][fetcher]") {
  FetcherOptions options;
  options.refused_cache = 0ms;
  Fetching f(
      [](const http::OutboundRequest& request) {
        const bool modern = request.headers.get("Signature").starts_with("rfc9421");
        if (request.url.starts_with("https://never")) return answer(401);
        return answer(modern ? 200 : 401);
      },
      options);
  CHECK(f.fetch("https://modern.example/1").status == 200);
  CHECK(f.network.asked().size() == 2);
  CHECK(f.fetch("https://modern.example/2").status == 200);
  CHECK(f.network.asked().size() == 3);
  CHECK(f.fetch("https://never.example/1").status == 401);
  CHECK(f.fetch("https://never.example/1").status == 401);
  CHECK(f.network.asked().size() == 7);
  CHECK(f.network.asked().back().headers.get("Signature").starts_with("rfc9421"));
  CHECK(f.fetch("https://never.example/1", RemoteKind::webfinger).status == 401);
  CHECK(f.network.asked().size() == 8);
}

// federation.md 2.2
TEST_CASE("a GET with a query is signed over its path alone where that is what the host verifies", "[net][fetcher]") {
  FetcherOptions options;
  options.refused_cache = 0ms;
  Fetching f(
      [](const http::OutboundRequest& request) {
        const auto path_alone = request.url.substr(0, request.url.find('?'));
        return answer(request.headers.get("Signature") == "cavage " + path_alone ? 200 : 401);
      },
      options);
  CHECK(f.fetch("https://a.example/outbox?page=1").status == 200);
  CHECK(f.network.asked().size() == 2);
  CHECK(f.network.asked()[0].headers.get("Signature") == "cavage https://a.example/outbox?page=1");
  CHECK(f.network.asked()[1].url == "https://a.example/outbox?page=1");
  CHECK(f.fetch("https://a.example/outbox?page=2").status == 200);  // known
  CHECK(f.fetch("https://a.example/note").status == 200);
  CHECK(f.network.asked().size() == 4);
}

TEST_CASE("what a host takes is found out in few steps, and again when it changes its mind", "[net][fetcher]") {
  std::string takes = "cavage https://a.example/1";
  FetcherOptions options;
  options.refused_cache = 0ms;
  Fetching f([&](const auto& request) { return answer(request.headers.get("Signature") == takes ? 200 : 401); },
             options);
  const auto steps = [&](const std::string& url) {
    const auto before = f.network.asked().size();
    f.fetch(url);
    return f.network.asked().size() - before;
  };
  CHECK(steps("https://a.example/1?x") == 2);  // over the path alone
  takes = "cavage https://a.example/1?x";
  CHECK(steps("https://a.example/1?x") == 2);
  CHECK(steps("https://a.example/1?x") == 1);
  takes = "rfc9421 https://a.example/1?x";
  CHECK(steps("https://a.example/1?x") == 3);
  CHECK(steps("https://a.example/1?x") == 1);
  takes = "cavage https://a.example/1";
  CHECK(steps("https://a.example/1?x") == 3);
  takes = "";
  CHECK(steps("https://a.example/1?x") == 3);
  CHECK(steps("https://a.example/1") == 2);  // nothing to leave out
}

TEST_CASE("a bad request is not asked again without its query's signature", "[net][fetcher]") {
  Fetching f([](const auto&) { return answer(400); });
  CHECK(f.fetch("https://a.example/1?x").status == 400);
  CHECK(f.network.asked().size() == 2);
}

// R14
TEST_CASE("a redirect to a host that nobody has heard of counts like a question to it", "[net][fetcher]") {
  std::vector<std::string> met;
  FetcherOptions options;
  options.may_meet = [&](db::Session&, const std::string& authority) {
    if (authority == "broken.example") throw db::Unavailable("no database");
    met.push_back(authority);
    return met.size() <= 2;
  };
  Fetching f(
      [](const http::OutboundRequest& request) {
        if (!request.url.starts_with("https://a.example/")) return answer(200, "there");
        if (path(request) == "/same") return answer(302, "", "Location", "/other");
        if (path(request) == "/other") return answer(200, "other");
        return answer(302, "", "Location", "https://" + path(request).substr(1) + "/");
      },
      options);
  CHECK(f.fetch("https://a.example/same").body == "other");
  CHECK(met.empty());
  CHECK(f.fetch("https://a.example/1.b.example").body == "there");
  CHECK(f.fetch("https://a.example/2.b.example", RemoteKind::webfinger).body == "there");
  const auto asked = f.network.asked().size();
  CHECK(f.fetch("https://a.example/3.b.example").failure == "refused address: too many new servers below one domain");
  CHECK_FALSE(f.fetch("https://a.example/broken.example").failure.empty());
  CHECK(f.network.asked().size() == asked + 2);  // those that redirect
  // What a person pastes, or a preview, is no other server's doing.
  CHECK(f.fetch("https://a.example/4.b.example", RemoteKind::page).body == "there");
  CHECK(f.fetch("https://a.example/4.b.example", RemoteKind::web_page).body == "there");
  CHECK(met == std::vector<std::string>{"1.b.example", "2.b.example", "3.b.example"});
}

// 8.37
TEST_CASE("what others know of a host's signatures is used, and they are told what is new", "[net][fetcher]") {
  std::atomic<int> recalled{0};
  std::vector<std::pair<std::string, SignatureScheme>> recorded;
  FetcherOptions options;
  options.recall_scheme = [&](db::Session&, const std::string& authority) -> std::optional<SignatureScheme> {
    ++recalled;
    if (authority == "broken.example") throw db::Unavailable("no database");
    if (authority == "known.example") return SignatureScheme::rfc9421;
    return std::nullopt;
  };
  options.record_scheme = [&](db::Session&, const std::string& authority, SignatureScheme scheme) {
    recorded.emplace_back(authority, scheme);
    if (authority == "broken.example") throw db::Unavailable("no database");
  };
  Fetching f(
      [](const http::OutboundRequest& request) {
        if (request.url.starts_with("https://path")) {
          return answer(request.headers.get("Signature") == "cavage https://path.example/1" ? 200 : 401);
        }
        return answer(request.headers.get("Signature").starts_with("rfc9421") ? 200 : 401);
      },
      options);
  CHECK(f.fetch("https://known.example/1").status == 200);
  CHECK(f.fetch("https://known.example/2").status == 200);
  CHECK(f.network.asked().size() == 2);
  CHECK(recalled == 1);
  CHECK(recorded.empty());
  CHECK(f.fetch("https://new.example/1").status == 200);
  CHECK(f.fetch("https://new.example/2").status == 200);
  CHECK(f.network.asked().size() == 5);
  CHECK(recalled == 2);
  CHECK(f.fetch("https://broken.example/1").status == 200);
  CHECK(f.fetch("https://path.example/1?x").status == 200);  // nothing that deliveries could use
  const std::vector<std::pair<std::string, SignatureScheme>> told{{"new.example", SignatureScheme::rfc9421},
                                                                  {"broken.example", SignatureScheme::rfc9421}};
  CHECK(recorded == told);
  CHECK(f.fetch("https://unsigned.example/1", RemoteKind::webfinger).status == 401);
  CHECK(recalled == 4);
}

TEST_CASE("a request that cannot be signed is a failure", "[net][fetcher]") {
  Fetching f([](const auto&) { return answer(200); });
  CHECK(f.fetch("https://a.example/unsignable").failure == "protocol: cannot sign");
  CHECK(f.network.asked().empty());
}

// 8.34
TEST_CASE("equal fetches at one time are one", "[net][fetcher]") {
  Fetching f([](const auto&) { return std::nullopt; });
  std::vector<std::future<RemoteDocument>> same;
  for (int i = 0; i < 5; ++i) same.push_back(f.start("https://a.example/x"));
  auto other_kind = f.start("https://a.example/x", RemoteKind::page);
  REQUIRE(eventually([&] { return f.network.held() == 2; }));
  f.network.release(answer(200, "shared"));
  for (auto& one : same) CHECK(one.get().body == "shared");
  CHECK(other_kind.get().body == "shared");
  CHECK(f.network.asked().size() == 2);
}

// 8.34: who asks after the answer came, and before it is stored.
TEST_CASE("a key is remembered for a moment", "[net][fetcher]") {
  FetcherOptions options;
  options.key_cache = 1h;
  std::string body = "key";
  SECTION("of the usual size") {
    Fetching f([&](const auto&) { return answer(200, body); }, options);
    CHECK(f.fetch("https://a.example/key", RemoteKind::key).body == "key");
    CHECK(f.fetch("https://a.example/key", RemoteKind::key).body == "key");
    CHECK(f.network.asked().size() == 1);
    f.fetch("https://a.example/key");
    CHECK(f.network.asked().size() == 2);
  }
  SECTION("not what is large") {
    body.assign(100'000, 'x');
    Fetching f([&](const auto&) { return answer(200, body); }, options);
    f.fetch("https://a.example/key", RemoteKind::key);
    f.fetch("https://a.example/key", RemoteKind::key);
    CHECK(f.network.asked().size() == 2);
  }
  SECTION("and no longer") {
    options.key_cache = 1ms;
    Fetching f([&](const auto&) { return answer(200, body); }, options);
    CHECK(eventually([&] {
      f.fetch("https://a.example/key", RemoteKind::key);
      return f.network.asked().size() >= 2;
    }));
  }
}

TEST_CASE("failures are remembered for their time, successes are not", "[net][fetcher]") {
  std::atomic<int> status{404};
  FetcherOptions options;
  options.refused_cache = 0ms;
  options.transport_cache = 1h;
  Fetching f(
      [&](const auto&) -> std::optional<FakeExchanger::Answer> {
        if (status == 0) return std::unexpected(exchange_error(ExchangeFailure::timeout, "connect"));
        return answer(status, "body");
      },
      options);
  const auto count = [&](const std::string& url) {
    const auto before = f.network.asked().size();
    f.fetch(url);
    f.fetch(url);
    return f.network.asked().size() - before;
  };
  CHECK(count("https://a.example/missing") == 1);
  CHECK(f.fetch("https://a.example/missing").status == 404);
  status = 410;
  CHECK(count("https://a.example/gone") == 1);
  status = 403;
  CHECK(count("https://a.example/forbidden") == 2);  // refused_cache is off here
  status = 0;
  CHECK(count("https://a.example/down") == 1);
  CHECK(f.fetch("https://a.example/down").failure == "timeout: connect");
  for (const int later : {429, 503}) {
    status = later;
    CHECK(count("https://a.example/" + std::to_string(later)) == 1);
  }
  for (const int forgotten : {200, 500}) {
    status = forgotten;
    CHECK(count("https://a.example/" + std::to_string(forgotten)) == 2);
  }
}

TEST_CASE("a slow host holds its own fetches only", "[net][fetcher]") {
  FetcherOptions options;
  options.max_per_host = 2;
  options.max_concurrent = 3;
  Fetching f(
      [](const http::OutboundRequest& request) -> std::optional<FakeExchanger::Answer> {
        if (request.url.starts_with("https://slow")) return std::nullopt;
        return answer(200, "quick");
      },
      options);
  std::vector<std::future<RemoteDocument>> slow;
  for (int i = 0; i < 5; ++i) slow.push_back(f.start("https://slow.example/" + std::to_string(i)));
  REQUIRE(eventually([&] { return f.network.held() == 2; }));
  for (int i = 0; i < 5; ++i) CHECK(f.fetch("https://quick.example/" + std::to_string(i)).body == "quick");
  CHECK(f.network.held() == 2);
  while (!slow.empty()) {
    f.network.release(answer(200, "late"));
    while (!slow.empty() && slow.front().wait_for(0s) == std::future_status::ready) {
      CHECK(slow.front().get().body == "late");
      slow.erase(slow.begin());
    }
  }
}

TEST_CASE("a stop turns away what waits", "[net][fetcher]") {
  FetcherOptions options;
  options.max_per_host = 1;
  Fetching f([](const auto&) { return std::nullopt; }, options);
  auto running = f.start("https://a.example/1");
  auto waiting = f.start("https://a.example/2");
  REQUIRE(eventually([&] { return f.network.held() == 1; }));
  f.network.release(std::unexpected(exchange_error(ExchangeFailure::cancelled, "stopping")));
  CHECK(running.get().failure.starts_with("cancelled"));
  REQUIRE(eventually([&] { return f.network.held() == 1; }));
  auto third = f.start("https://a.example/3");
  f.network.release(std::unexpected(exchange_error(ExchangeFailure::cancelled, "stopping")));
  CHECK(waiting.get().failure.starts_with("cancelled"));
  REQUIRE(eventually([&] { return f.network.held() == 1; }));
  f.network.release(answer(200));
  CHECK(third.get().status == 200);
  f.fetcher.stop();
  CHECK(f.fetch("https://a.example/4").failure.starts_with("cancelled"));
}
