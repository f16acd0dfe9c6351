#include "fetching.hpp"

#include "dunlin/base/time_format.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <future>

using namespace dunlin;
using namespace dunlin::net;
using namespace dunlin::net::test;

// federation.md 1.7
TEST_CASE("a host that asks for a pause is left alone, whatever is asked of it", "[net][fetcher]") {
  const int status = GENERATE(429, 503);
  const bool as_date = GENERATE(false, true);
  Fetching f([&](const http::OutboundRequest& request) {
    if (request.url == "https://other.example/moved") return answer(302, "", "Location", "https://busy.example/3");
    if (!request.url.starts_with("https://busy.example")) return answer(200, "well");
    const auto until = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()) + 10min;
    return answer(status, "later", "Retry-After", as_date ? format_http_date(until) : "600");
  });
  CHECK(f.fetch("https://busy.example/1").body == "later");
  const auto second = f.fetch("https://busy.example/2", RemoteKind::web_page);
  CHECK(second.status == status);
  CHECK(second.failure.empty());
  CHECK(second.final_url == "https://busy.example/2");
  CHECK(f.network.asked().size() == 1);
  CHECK(f.fetch("https://busy.example:8443/1").status == status);  // another server
  CHECK(f.network.asked().size() == 2);
  CHECK(f.fetch("https://other.example/moved").status == status);  // where a redirect leads, too
  CHECK(f.network.asked().size() == 3);
  CHECK(f.fetch("https://other.example/1").body == "well");
}

TEST_CASE("what a host says to previews holds previews only", "[net][fetcher]") {
  const bool names_time = GENERATE(true, false);
  Fetching f([&](const http::OutboundRequest& request) {
    if (request.headers.get("Accept").starts_with("application/activity+json")) return answer(200, "well");
    return names_time ? answer(429, "", "Retry-After", "600") : answer(503);
  });
  CHECK(f.fetch("https://busy.example/page", RemoteKind::web_page).status != 200);
  CHECK(f.fetch("https://busy.example/page", RemoteKind::web_page).status != 200);
  CHECK(f.network.asked().size() == 1);
  CHECK(f.fetch("https://busy.example/page", RemoteKind::oembed).status != 200);
  CHECK(f.network.asked().size() == 1);
  CHECK(f.fetch("https://busy.example/page").body == "well");
  CHECK(f.fetch("https://busy.example/page", RemoteKind::key).body == "well");
}

TEST_CASE("what waits its turn when a host asks for a pause is not sent", "[net][fetcher]") {
  FetcherOptions options;
  options.max_per_host = 1;
  Fetching f([](const auto&) { return std::nullopt; }, options);
  auto first = f.start("https://busy.example/1");
  REQUIRE(eventually([&] { return f.network.held() == 1; }));
  auto second = f.start("https://busy.example/2");
  auto elsewhere = f.start("https://other.example/1");
  REQUIRE(eventually([&] { return f.network.held() == 2; }));
  f.network.release(answer(503, "", "Retry-After", "60"));
  CHECK(first.get().status == 503);
  CHECK(elsewhere.get().status == 503);
  CHECK(second.get().status == 503);
  CHECK(f.network.asked().size() == 2);
}

TEST_CASE("a pause has an end, however long a host wants it", "[net][fetcher]") {
  std::atomic<bool> busy{true};
  FetcherOptions options;
  options.max_pause = 20ms;
  Fetching f([&](const auto&) { return busy ? answer(429, "", "Retry-After", "4294967295") : answer(200, "well"); },
             options);
  CHECK(f.fetch("https://busy.example/1").status == 429);
  busy = false;
  CHECK(eventually([&] { return f.fetch("https://busy.example/1").body == "well"; }));
}

TEST_CASE("only 429 and 503 hold a host", "[net][fetcher]") {
  const int status = GENERATE(200, 404, 500, 502);
  Fetching f([&](const auto&) { return answer(status, "", "Retry-After", "600"); });
  f.fetch("https://a.example/1");
  f.fetch("https://a.example/2");
  CHECK(f.network.asked().size() == 2);
}
