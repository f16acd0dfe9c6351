#include "db/web/site.hpp"

#include "dunlin/crypto/digest.hpp"
#include "dunlin/store/statuses.hpp"

using namespace dunlin;
using namespace dunlin::test;

namespace {

const std::vector<http::Header> kBrowser = {
    {"Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}};

}  // namespace

// R19
TEST_CASE("a profile page shows what everybody may see", "[web][pages]") {
  Site site;
  const auto alice = site.world.local_account("alice", {.display_name = "Alice <3"});
  site.world.status(alice, {.content = "<p>seen by all</p>"});
  site.world.status(alice, {.content = "<p>unlisted too</p>", .visibility = model::Visibility::unlisted});
  site.world.status(alice, {.content = "<p>followers only</p>", .visibility = model::Visibility::private_});
  site.world.status(alice, {.content = "<p>for one</p>", .visibility = model::Visibility::direct});

  const Reply page = site.get("/@alice", kBrowser);
  REQUIRE(page.status() == 200);
  CHECK(page.shows("Alice &lt;3"));
  CHECK(page.shows("<p>seen by all</p>"));
  CHECK(page.shows("<p>unlisted too</p>"));
  CHECK_FALSE(page.shows("followers only"));
  CHECK_FALSE(page.shows("for one"));
  CHECK(page.shows("<link rel=\"alternate\" type=\"application/activity+json\" href=\"" + alice.uri + "\">"));
  CHECK(page.header("Link") == "<" + alice.uri + ">; rel=\"alternate\"; type=\"application/activity+json\"");
  CHECK(page.header("Vary") == "Accept");
  CHECK_FALSE(page.shows("<script"));

  const Reply activity = site.get("/@alice", {{"Accept", "application/activity+json"}});
  CHECK(activity.status() == 302);
  CHECK(activity.location() == alice.uri);
  CHECK(activity.header("Vary") == "Accept");

  CHECK(site.get("/@nobody", kBrowser).status() == 404);
  CHECK(site.get("/@nobody", kBrowser).shows("There is no such profile here"));
  const auto bob = site.world.remote_account("bob", "other.example");
  CHECK(site.get("/@bob@other.example", kBrowser).location() == bob.url);
  site.world.suspend(alice);
  CHECK(site.get("/@alice", kBrowser).status() == 410);
}

TEST_CASE("the Accept field decides between page and activity", "[web][pages]") {
  Site site;
  site.world.local_account("alice");
  struct Row {
    const char* accept;
    int status;
  };
  const Row rows[] = {
      {"", 200},
      {"*/*", 200},
      {"text/html", 200},
      {"application/activity+json", 302},
      {"application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"", 302},
      {"application/json", 302},
      {"application/activity+json, application/ld+json, text/html;q=0.1", 302},
      {"text/html;q=0.5, application/activity+json;q=0.9", 302},
      {"text/html, application/activity+json", 200},
      {"application/activity+json;q=0, text/html;q=0.1", 200},
      {"application/activity+json;q=nonsense", 200},
      {"image/png, */*;q=0.5", 200},
  };
  for (const Row& row : rows) {
    CAPTURE(row.accept);
    CHECK(site.get("/@alice", {{"Accept", row.accept}}).status() == row.status);
  }
}

TEST_CASE("a status page shows the thread, and nothing that is hidden", "[web][pages]") {
  Site site;
  const auto alice = site.world.local_account("alice");
  const auto bob = site.world.local_account("bob");
  const auto root = site.world.status(alice, {.content = "<p>the question</p>"});
  const auto reply = site.world.status(bob, {.content = "<p>the answer</p>", .reply_to = root});
  const auto hidden = site.world.status(alice, {.content = "<p>hidden</p>", .visibility = model::Visibility::private_});
  const auto warned = site.world.status(alice, {.content = "<p>ending</p>", .spoiler_text = "Spoiler & more"});

  const Reply page = site.get("/@bob/" + reply.id.str(), kBrowser);
  REQUIRE(page.status() == 200);
  CHECK(page.body().find("<p>the question</p>") < page.body().find("<p>the answer</p>"));
  CHECK(page.shows("card status focus"));
  CHECK(site.get("/@bob/" + reply.id.str(), {{"Accept", "application/activity+json"}}).location() == reply.uri);
  CHECK(site.get("/@alice/" + reply.id.str(), kBrowser).status() == 404);
  CHECK(site.get("/@alice/" + hidden.id.str(), kBrowser).status() == 404);
  CHECK(site.get("/@alice/x", kBrowser).status() == 404);
  const Reply folded = site.get("/@alice/" + warned.id.str(), kBrowser);
  CHECK(folded.shows("<summary>Spoiler &amp; more</summary>"));
  CHECK(folded.shows("<meta property=\"og:description\" content=\"Spoiler &amp; more\">"));
}

TEST_CASE("long lists have an older page, tags have a page", "[web][pages]") {
  Site site;
  const auto alice = site.world.local_account("alice");
  std::vector<model::Status> statuses;
  for (int i = 0; i < 21; ++i) {
    statuses.push_back(site.world.status(alice, {.content = "<p>n" + std::to_string(i) + ".</p>", .tags = {"Waders"}}));
  }
  const Reply first = site.get("/@alice", kBrowser);
  CHECK(first.shows("?max_id=" + statuses[1].id.str()));
  CHECK_FALSE(first.shows("<p>n0.</p>"));
  const Reply second = site.get("/@alice?max_id=" + statuses[1].id.str(), kBrowser);
  CHECK(second.shows("<p>n0.</p>"));
  CHECK_FALSE(second.shows("rel=\"next\""));
  const Reply tag = site.get("/tags/WADERS", kBrowser);
  CHECK(tag.status() == 200);
  CHECK(tag.shows("<p>n20.</p>"));
  CHECK(site.get("/tags/nothing", kBrowser).shows("Nothing to see here yet."));
}

TEST_CASE("a boost shows what it wraps", "[web][pages]") {
  Site site;
  const auto alice = site.world.local_account("alice");
  const auto bob = site.world.remote_account("bob", "other.example", {.display_name = "Bob"});
  site.world.reblog(alice, site.world.status(bob, {.content = "<p>from afar</p>"}));
  const Reply page = site.get("/@alice", kBrowser);
  CHECK(page.shows("alice boosted"));
  CHECK(page.shows("<p>from afar</p>"));
  CHECK(page.shows("@bob@other.example"));
}

TEST_CASE("a page shows the poll of a status, and what it quotes", "[web][pages]") {
  Site site;
  const auto alice = site.world.local_account("alice");
  const auto asked = site.world.status(alice, {.content = "<p>Which?</p>"});
  const auto hidden = site.world.status(alice, {.content = "<p>secret</p>", .visibility = model::Visibility::private_});
  const auto open = site.world.status(alice, {.content = "<p>look</p>"});
  const auto closed = site.world.status(alice, {.content = "<p>look there</p>"});
  const auto quote = [&](const model::Status& quoting, const model::Status& quoted) {
    site.world.write([&](db::Tx& tx) {
      store::insert_quote(tx, {.id = site.world.ids.next<QuoteId>(),
                               .status_id = quoting.id,
                               .account_id = alice.id,
                               .quoted_status_id = quoted.id,
                               .quoted_account_id = alice.id,
                               .quoted_uri = quoted.uri,
                               .state = model::QuoteState::accepted,
                               .created_at = site.world.clock.now()});
    });
  };
  quote(open, asked);
  quote(closed, hidden);
  site.world.write([&](db::Tx& tx) {
    store::insert_poll(tx, {.id = site.world.ids.next<PollId>(),
                            .status_id = asked.id,
                            .options = {"Knot <3", "Ruff"},
                            .names = {},
                            .tallies = {4, 2},
                            .expires_at = std::nullopt,
                            .fetched_at = std::nullopt,
                            .created_at = site.world.clock.now()});
    store::set_part(tx, asked.id, model::Part::poll);
  });
  const auto page = [&](const model::Status& status) { return site.get("/@alice/" + status.id.str(), kBrowser); };
  CHECK(page(asked).shows("<li><span>Knot &lt;3</span><span class=\"soft\">66&nbsp;%</span>"));
  CHECK(page(open).shows("<a class=\"preview quoted\" href=\"https://example.org/@alice/" + asked.id.str() + "\">"));
  CHECK(page(open).shows("<span>Which?</span>"));
  CHECK_FALSE(page(closed).shows("secret"));
}

TEST_CASE("the start page and the static files are there", "[web][pages]") {
  auto config = Site::default_config();
  config.instance.description = "Birds & mud";
  Site site(config);
  const Reply home = site.get("/", kBrowser);
  CHECK(home.shows("<h1>Mudflat</h1>"));
  CHECK(home.shows("Birds &amp; mud"));
  CHECK(home.shows("href=\"/auth/sign_in\""));
  for (const char* path : {"/static/avatar.png", "/static/header.png", "/favicon.ico"}) {
    const Reply picture = site.get(path);
    CHECK(picture.header("Content-Type") == "image/png");
    CHECK(picture.body().starts_with("\x89PNG\r\n"));
    CHECK(site.get(path, {{"If-None-Match", picture.header("ETag")}}).status() == 304);
  }
  CHECK(site.get("/static/style.css").header("Content-Type") == "text/css; charset=utf-8");
  CHECK(site.get("/robots.txt").shows("Disallow: /auth/"));
}

TEST_CASE("the icon is served in the sizes that the instance and the manifest name", "[web][pages]") {
  Site site;
  for (const auto& icon : site.get("/manifest.json").json().at("icons")) {
    const auto source = icon.at("src").get<std::string>();
    INFO(source);
    const Reply picture = site.get(source);
    REQUIRE(picture.status() == 200);
    CHECK(picture.header("Content-Type") == "image/png");
    CHECK(picture.header("Access-Control-Allow-Origin") == "*");
    // IHDR: the width in the low bytes.
    const auto width =
        static_cast<unsigned char>(picture.body().at(18)) * 256 + static_cast<unsigned char>(picture.body().at(19));
    CHECK(icon.at("sizes") == std::to_string(width) + "x" + std::to_string(width));
  }
  CHECK(site.get("/static/icons/180.png").status() == 200);
  CHECK(site.get("/static/icons/33.png").status() == 404);
  CHECK(site.get("/static/icons/..%2f").status() == 404);
}
