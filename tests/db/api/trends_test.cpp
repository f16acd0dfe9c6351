#include "dunlin/service/trends.hpp"

#include "support/api_shape.hpp"
#include "support/crawl.hpp"

#include "dunlin/store/accounts.hpp"
#include "dunlin/store/trends.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using namespace dunlin::test;
using Json = nlohmann::json;
using namespace std::chrono_literals;

namespace {

constexpr const char* kPage = "https://news.example/story";

struct Fixture {
  explicit Fixture(config::Config config = Api::default_config()) : api(world, std::move(config)) {}

  World world;
  Api api;
  FakeRemote remote;
  Client anonymous{api};
  std::vector<model::Account> people = [this] {
    std::vector<model::Account> all;
    for (int i = 0; i < 6; ++i) all.push_back(world.remote_account("user" + std::to_string(i), "other.example"));
    return all;
  }();

  void compute(std::string_view payload = "") {
    const auto done =
        world.session().write([&](db::Tx& tx) { return service::run_trends(api.environment(), tx, payload); });
    REQUIRE(done);
  }
  void serve_page(const std::string& language = "en") {
    remote.serve_text(kPage,
                      "<html lang=\"" + language +
                          "\"><title>Story</title><meta name=description content=About><meta property=og:image "
                          "content=/i.png><meta property=og:site_name content=News></html>",
                      "text/html");
  }
  /// A status with a link, as if it had come from its author's server.
  model::Status link_to(const model::Account& author, const std::string& url, const std::string& spoiler = "") {
    auto status = world.status(author, {.content = "<a href=\"" + url + "\">x</a>", .spoiler_text = spoiler});
    world.write([&](db::Tx& tx) {
      status.set(model::Part::card);
      store::update_status(tx, status, {});
      service::link_card(api.environment(), tx, status, url);
    });
    return status;
  }
  void make_findable(model::Account account) {
    account.discoverable = true;
    world.write([&](db::Tx& tx) { store::update_account(tx, account); });
  }
  /// A status with as many favourites as people.
  model::Status popular(const model::Account& author, const StatusOptions& options = {}) {
    make_findable(world.reload(author));
    auto status = world.status(author, options);
    for (const auto& person : people) world.favourite(person, status);
    return status;
  }
  std::vector<std::string> names(const std::string& path) const {
    std::vector<std::string> out;
    for (const auto& tag : anonymous.get(path).json()) out.push_back(tag.at("name"));
    return out;
  }
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a hashtag trends when many different accounts use it", "[api][trends]") {
  Fixture f;
  for (std::size_t i = 0; i < 5; ++i) f.world.status(f.people[i], {.tags = {"Waders"}});
  for (int i = 0; i < 9; ++i) f.world.status(f.people[0], {.tags = {"Alone"}});
  for (const auto& person : f.people) {
    f.world.status(person, {.visibility = model::Visibility::unlisted, .tags = {"Quiet"}});
  }
  CHECK(f.names("/api/v1/trends/tags").empty());
  f.compute();
  const auto answer = f.anonymous.get("/api/v1/trends/tags");
  const auto tags = answer.json();
  REQUIRE(tags.size() == 1);
  CHECK(Shapes().problems_of_each(tags, "Tag") == Names{});
  CHECK(tags[0].at("name") == "Waders");
  CHECK(tags[0].at("history").size() == 7);
  CHECK(tags[0].at("history")[0] == Json{{"day", "1772323200"}, {"uses", "5"}, {"accounts", "5"}});
  CHECK(answer.header("Vary").contains("Accept-Language"));
  const auto old = f.anonymous.get("/api/v1/trends");
  CHECK(old.json() == tags);
  CHECK(old.header("Deprecation") == "@1648598400");
}

TEST_CASE("silenced and suspended accounts and deleted statuses do not count", "[api][trends]") {
  Fixture f;
  std::vector<model::Status> statuses;
  for (const auto& person : f.people) statuses.push_back(f.world.status(person, {.tags = {"waders"}}));
  f.world.suspend(f.people[0]);
  f.world.write([&](db::Tx& tx) { store::delete_status(tx, statuses[1]); });
  f.compute();
  CHECK(f.names("/api/v1/trends/tags").empty());
}

TEST_CASE("a hashtag that is always used does not trend, and one fades in time", "[api][trends]") {
  Fixture f;
  for (const auto& person : f.people) f.world.status(person, {.tags = {"daily"}});
  f.world.clock.advance(24h);
  for (const auto& person : f.people) f.world.status(person, {.tags = {"daily"}});
  for (const auto& person : f.people) f.world.status(person, {.tags = {"fresh"}});
  f.compute("week");
  f.compute();
  CHECK(f.names("/api/v1/trends/tags") == Names{"fresh"});
  const auto history = f.anonymous.get("/api/v2/search?q=daily&type=hashtags").json().at("hashtags")[0].at("history");
  CHECK(history[0].at("accounts") == "6");
  CHECK(history[1].at("accounts") == "6");
  f.world.clock.advance(24h);
  f.compute();
  CHECK(f.names("/api/v1/trends/tags").empty());
}

TEST_CASE("trends are paged by offset", "[api][trends]") {
  Fixture f;
  for (const auto& person : f.people) f.world.status(person, {.tags = {"a", "b", "c"}});
  f.compute();
  const auto first = f.anonymous.get("/api/v1/trends/tags?limit=2");
  CHECK(first.json().size() == 2);
  CHECK(first.link("next") == "/api/v1/trends/tags?limit=2&offset=2");
  CHECK(first.link("prev").empty());
  const auto second = f.anonymous.get(first.link("next"));
  CHECK(second.json().size() == 1);
  CHECK(second.link("next").empty());
  CHECK(second.link("prev") == "/api/v1/trends/tags?limit=2&offset=0");
  CHECK(f.anonymous.get("/api/v1/trends/tags?limit=0").json().empty());
  CHECK(f.anonymous.get("/api/v1/trends/tags?limit=-1&offset=x").json().size() == 1);
  CHECK(f.anonymous.get("/api/v1/trends/tags?limit=1").statements ==
        f.anonymous.get("/api/v1/trends/tags?limit=3").statements);
}

TEST_CASE("a link trends by statuses and reblogs, and has a timeline then", "[api][trends]") {
  Fixture f;
  f.serve_page();
  const auto first = f.link_to(f.people[0], kPage);
  for (std::size_t i = 1; i < 3; ++i) f.link_to(f.people[i], kPage);
  for (std::size_t i = 3; i < 6; ++i) f.world.reblog(f.people[i], first);
  crawl(f.api, f.remote);
  CHECK(f.anonymous.get(std::string("/api/v1/timelines/link?url=") + kPage).error() == "Record not found");
  f.compute();
  const auto links = f.anonymous.get("/api/v1/trends/links").json();
  REQUIRE(links.size() == 1);
  CHECK(Shapes().problems_of_each(links, "TrendsLink") == Names{});
  CHECK(links[0].at("url") == kPage);
  CHECK(links[0].at("history")[0].at("uses") == "6");
  const auto timeline = f.anonymous.get(std::string("/api/v1/timelines/link?limit=2&url=") + kPage);
  CHECK(timeline.json().size() == 2);
  CHECK(timeline.json()[0].at("card").at("title") == "Story");
  CHECK(f.anonymous.get(timeline.link("next")).ids() == std::vector{first.id.str()});
  CHECK(f.anonymous.get("/api/v1/timelines/link").error() == "param is missing or the value is empty: url");
}

TEST_CASE("what is behind a warning does not make a link trend", "[api][trends]") {
  Fixture f;
  f.serve_page();
  for (const auto& person : f.people) f.link_to(person, kPage, "careful");
  crawl(f.api, f.remote);
  f.compute();
  CHECK(f.anonymous.get("/api/v1/trends/links").json().empty());
}

TEST_CASE("the link timeline leaves out whom the viewer blocks or mutes, and what is not public", "[api][trends]") {
  Fixture f;
  f.serve_page();
  for (const auto& person : f.people) f.link_to(person, kPage);
  crawl(f.api, f.remote);
  f.compute();
  const auto alice = f.world.local_account("alice");
  f.world.block(alice, f.people[0]);
  f.world.mute(alice, f.people[1]);
  f.world.block(f.people[2], alice);
  const Client client(f.api, alice);
  CHECK(client.get(std::string("/api/v1/timelines/link?url=") + kPage).json().size() == 3);
  CHECK(f.anonymous.get(std::string("/api/v1/timelines/link?url=") + kPage).json().size() == 6);
}

TEST_CASE("a status trends by favourites and reblogs when its author agreed to be found", "[api][trends]") {
  Fixture f;
  const auto alice = f.world.local_account("alice");
  const auto shown = f.popular(alice);
  const auto thread = f.popular(alice, {.reply_to = shown});
  f.popular(alice, {.spoiler_text = "careful"});
  f.popular(alice, {.visibility = model::Visibility::unlisted});
  const auto other = f.world.status(f.people[5]);
  f.popular(alice, {.reply_to = other});
  const auto hidden = f.world.status(f.people[0]);
  for (const auto& person : f.people) f.world.favourite(person, hidden);
  f.compute();
  auto ids = f.anonymous.get("/api/v1/trends/statuses").ids();
  std::ranges::sort(ids);
  CHECK(ids == std::vector{shown.id.str(), thread.id.str()});
  const auto now = f.world.reload(thread);
  f.world.write([&](db::Tx& tx) { store::delete_status(tx, now); });
  CHECK(f.anonymous.get("/api/v1/trends/statuses").ids() == std::vector{shown.id.str()});
  f.world.clock.advance(12h);
  f.compute();
  CHECK(f.anonymous.get("/api/v1/trends/statuses").json().empty());
}

TEST_CASE("trending statuses are the viewer's: without blocked and muted authors, his language first",
          "[api][trends]") {
  Fixture f;
  const auto bob = f.world.local_account("bob");
  const auto carol = f.world.local_account("carol");
  const auto english = f.popular(bob, {.language = "en"});
  const auto german = f.popular(carol, {.language = "de"});
  f.world.favourite(bob, english);
  f.compute();
  const auto ids = [](const Answer& answer) { return answer.ids(); };
  const auto in_german = f.anonymous.send(http::Method::get, "/api/v1/trends/statuses", "", "",
                                          {{"Accept-Language", "de-AT,de;q=0.9,en;q=0.5"}});
  CHECK(ids(in_german) == std::vector{german.id.str(), english.id.str()});
  CHECK(ids(f.anonymous.get("/api/v1/trends/statuses")) == std::vector{english.id.str(), german.id.str()});
  const auto alice = f.world.local_account("alice");
  f.world.mute(alice, bob);
  CHECK(ids(Client(f.api, alice).get("/api/v1/trends/statuses")) == std::vector{german.id.str()});
  f.world.block(carol, alice);
  CHECK(ids(Client(f.api, alice).get("/api/v1/trends/statuses")).empty());
}

TEST_CASE("with review only what was approved trends, and what was rejected never does", "[api][trends]") {
  auto config = Api::default_config();
  config.discovery.trends = "review";
  Fixture f(config);
  f.serve_page();
  const auto alice = f.world.local_account("alice");
  const auto status = f.popular(alice);
  for (const auto& person : f.people) {
    f.world.status(person, {.tags = {"Waders"}});
    f.link_to(person, kPage);
  }
  crawl(f.api, f.remote);
  f.compute();
  const auto sizes = [](const Client& client) {
    return std::vector{client.get("/api/v1/trends/tags").json().size(),
                       client.get("/api/v1/trends/links").json().size(),
                       client.get("/api/v1/trends/statuses").json().size()};
  };
  const auto review = [&](store::ReviewKind kind, const std::string& subject, bool allowed) {
    f.world.write([&](db::Tx& tx) { store::review_trend(tx, kind, subject, allowed); });
  };
  CHECK(sizes(f.anonymous) == std::vector<std::size_t>{0, 0, 0});
  review(store::ReviewKind::tag, "waders", true);
  review(store::ReviewKind::publisher, "news.example", true);
  review(store::ReviewKind::author, alice.uri, true);
  CHECK(sizes(f.anonymous) == std::vector<std::size_t>{1, 1, 1});
  review(store::ReviewKind::link, kPage, false);
  review(store::ReviewKind::status, status.uri, false);
  CHECK(sizes(f.anonymous) == std::vector<std::size_t>{1, 0, 0});

  Api open(f.world);
  CHECK(sizes(Client(open)) == std::vector<std::size_t>{1, 0, 0});
}

TEST_CASE("with trends off there are none", "[api][trends]") {
  Fixture f;
  for (const auto& person : f.people) f.world.status(person, {.tags = {"waders"}});
  f.compute();
  auto config = Api::default_config();
  config.discovery.trends = "off";
  Api off(f.world, config);
  for (const char* what : {"tags", "links", "statuses"}) {
    CHECK(Client(off).get(std::string("/api/v1/trends/") + what).json().empty());
  }
  CHECK(Client(off).get(std::string("/api/v1/timelines/link?url=") + kPage).status() == 404);
}

TEST_CASE("the trends job enqueues itself once", "[api][trends]") {
  Fixture f;
  f.world.write([&](db::Tx& tx) { service::start_trends(f.api.environment(), tx); });
  f.world.write([&](db::Tx& tx) { service::start_trends(f.api.environment(), tx); });
  const auto waiting = [&] {
    return f.world.read([](db::Tx& tx) { return jobs::list(tx, jobs::JobState::pending, 10).size(); });
  };
  CHECK(waiting() == 2);
  f.compute();
  f.compute();
  CHECK(waiting() == 2);
}

TEST_CASE("trending hashtags in the reader's language come first", "[api][trends]") {
  Fixture f;
  for (const auto& person : f.people) {
    f.world.status(person, {.tags = {"Waders"}, .language = "en"});
    f.world.status(person, {.tags = {"Watv\u00f6gel"}, .language = "de"});
  }
  f.world.status(f.world.local_account("bob"), {.tags = {"Waders"}, .language = "en"});
  f.compute();
  const auto names = [&](const char* language) {
    Names out;
    for (const auto& tag :
         f.anonymous.send(http::Method::get, "/api/v1/trends/tags", "", "", {{"Accept-Language", language}}).json()) {
      out.push_back(tag.at("name"));
    }
    return out;
  };
  CHECK(names("en") == Names{"Waders", "Watv\u00f6gel"});
  CHECK(names("de-AT,en;q=0.5") == Names{"Watv\u00f6gel", "Waders"});
}
