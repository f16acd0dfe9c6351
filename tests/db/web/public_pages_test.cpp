#include "db/web/site.hpp"

#include "dunlin/store/preview_cards.hpp"
#include "dunlin/store/rules.hpp"
#include "dunlin/store/trends.hpp"

using namespace dunlin;
using namespace dunlin::test;

namespace {

const std::vector<http::Header> kBrowser = {{"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"}};

/// What is not for everybody, by one author: none of it may show anywhere.
void write_secrets(World& world, const model::Account& author) {
  const auto other = world.local_account("other");
  world.status(author,
               {.content = "<p>SECRET followers</p>", .visibility = model::Visibility::private_, .tags = {"waders"}});
  world.status(author, {.content = "<p>SECRET direct</p>",
                        .visibility = model::Visibility::direct,
                        .mentions = {other},
                        .tags = {"waders"}});
  const auto gone = world.status(author, {.content = "<p>SECRET deleted</p>", .tags = {"waders"}});
  world.write([&](db::Tx& tx) { store::delete_status(tx, gone); });
}

}  // namespace

TEST_CASE("no public page or feed shows what is not for everybody", "[web][pages]") {
  Site site;
  const auto alice = site.person("alice");
  const auto shown = site.world.status(alice, {.content = "<p>for all</p>", .tags = {"waders"}});
  write_secrets(site.world, alice);
  const std::string status = "/@alice/" + shown.id.str();
  for (const std::string& path :
       {std::string("/"), std::string("/@alice"), std::string("/@alice/with_replies"),
        std::string("/@alice/tagged/waders"), status, status + "/embed", std::string("/tags/waders"),
        std::string("/@alice.rss"), std::string("/@alice.atom"), std::string("/@alice/with_replies.rss"),
        std::string("/@alice/with_replies.atom"), std::string("/@alice/tagged/waders.rss"),
        std::string("/tags/waders.rss"), std::string("/tags/waders.atom"), std::string("/users/alice.rss")}) {
    CAPTURE(path);
    const Reply page = site.get(path, kBrowser);
    CHECK(page.status() == 200);
    CHECK(page.shows("for all"));
    CHECK_FALSE(page.shows("SECRET"));
  }
}

TEST_CASE("a signed-in visitor sees no more on public pages than anybody", "[web][pages]") {
  Site site;
  const auto alice = site.person("alice");
  site.world.status(alice, {.content = "<p>SECRET</p>", .visibility = model::Visibility::private_});
  Browser browser(site);
  browser.sign_in("alice", "correct horse");
  CHECK(browser.get("/").shows("You are signed in as"));
  for (const char* path : {"/", "/@alice"}) CHECK_FALSE(browser.get(path).shows("SECRET"));
}

TEST_CASE("a profile has tabs for posts, replies and a tag", "[web][pages]") {
  Site site;
  const auto alice = site.world.local_account("alice");
  const auto bob = site.world.local_account("bob");
  const auto question = site.world.status(bob, {.content = "<p>question</p>"});
  site.world.status(alice, {.content = "<p>answer</p>", .reply_to = question});
  site.world.status(alice, {.content = "<p>waders!</p>", .tags = {"Waders"}});
  CHECK_FALSE(site.get("/@alice", kBrowser).shows("<p>answer</p>"));
  const Reply replies = site.get("/@alice/with_replies", kBrowser);
  CHECK(replies.shows("<p>answer</p>"));
  CHECK(replies.shows("<a href=\"/@alice/with_replies\" aria-current=\"page\">"));
  const Reply tagged = site.get("/@alice/tagged/waders", kBrowser);
  CHECK(tagged.shows("<p>waders!</p>"));
  CHECK_FALSE(tagged.shows("<p>answer</p>"));
  CHECK(site.get("/@nobody/with_replies", kBrowser).status() == 404);
}

TEST_CASE("old and foreign addresses of a profile lead to it", "[web][pages]") {
  Site site;
  const auto alice = site.world.local_account("alice");
  CHECK(site.get("/users/alice", kBrowser).location() == alice.url);
  CHECK(site.get("/users/alice", {{"Accept", "application/activity+json"}}).location() == alice.uri);
  CHECK(site.get("/users/nobody", kBrowser).status() == 404);
  const auto bob = site.world.remote_account("bob.rss", "other.example");
  CHECK(site.get("/@bob.rss@other.example", kBrowser).location() == bob.url);
  CHECK(site.get("/about/more", kBrowser).location() == "/about");
}

TEST_CASE("an account whose address is not confirmed has no page yet", "[web][pages]") {
  Site site;
  const auto alice = site.person("alice");
  site.change_user(alice, [](model::User& user) { user.confirmed_at.reset(); });
  CHECK(site.get("/@alice", kBrowser).status() == 404);
  CHECK(site.get("/@alice.rss").status() == 404);
}

TEST_CASE("pages tell other programs what they are", "[web][pages]") {
  Site site;
  const auto alice = site.world.local_account("alice", {.display_name = "Alice"});
  const auto status = site.world.status(alice, {.content = "<p>Tide &amp; mud</p>", .language = "en"});
  const Reply profile = site.get("/@alice", kBrowser);
  CHECK(profile.shows("<meta property=\"og:type\" content=\"profile\">"));
  CHECK(profile.shows("<meta property=\"og:title\" content=\"Alice (@alice@example.org)\">"));
  CHECK(profile.shows("<meta property=\"profile:username\" content=\"alice@example.org\">"));
  CHECK(profile.shows("type=\"application/rss+xml\" href=\"" + alice.url + ".rss\""));
  CHECK(profile.shows("<meta name=\"robots\" content=\"noindex\">"));
  const Reply page = site.get("/@alice/" + status.id.str(), kBrowser);
  CHECK(page.shows("<meta property=\"og:type\" content=\"article\">"));
  CHECK(page.shows("<meta property=\"og:description\" content=\"Tide &amp; mud\">"));
  CHECK(page.shows("<meta property=\"og:locale\" content=\"en\">"));
  CHECK(page.shows("type=\"application/json+oembed\" href=\"https://example.org/api/oembed?url=https%3A%2F%2F"));
  CHECK(page.shows("<meta name=\"fediverse:creator\" content=\"@alice@example.org\">"));
  CHECK(page.shows("<link rel=\"canonical\" href=\"https://example.org/@alice/" + status.id.str() + "\">"));
  for (const auto& shown : {profile, page}) {
    CHECK_FALSE(shown.shows("<script"));
    CHECK(shown.header("Content-Security-Policy").starts_with("default-src 'none'; style-src 'self'; manifest-src"));
    CHECK(shown.header("Content-Security-Policy").contains("frame-ancestors 'none'"));
  }
}

TEST_CASE("a status can be framed by any page, and tells its height when asked", "[web][pages]") {
  Site site;
  const auto alice = site.world.local_account("alice");
  const auto status = site.world.status(alice, {.content = "<p>framed</p>"});
  const Reply page = site.get("/@alice/" + status.id.str() + "/embed", kBrowser);
  CHECK(page.shows("<p>framed</p>"));
  CHECK(page.header("Content-Security-Policy").contains("frame-ancestors *"));
  CHECK(page.header("X-Frame-Options").empty());
  CHECK(page.shows("<meta name=\"robots\" content=\"noindex\">"));
  const auto start = page.body().find("/static/embed.js");
  REQUIRE(start != std::string::npos);
  const Reply script = site.get("/static/embed.js");
  CHECK(script.header("Content-Type") == "text/javascript; charset=utf-8");
  CHECK(script.shows("setHeight"));
  CHECK(site.get("/@alice/999/embed", kBrowser).status() == 404);
}

TEST_CASE("a link preview shows on a page, unless it is behind a warning", "[web][pages]") {
  Site site;
  const auto alice = site.world.local_account("alice");
  const auto link = [&](const model::Status& made) {
    auto status = made;
    site.world.write([&](db::Tx& tx) {
      status.set(model::Part::card);
      store::update_status(tx, status, {});
      const auto noted = store::set_status_link(tx, status.id, "https://news.example/story");
      model::PreviewCard card;
      card.id = PreviewCardId{7};
      card.url = noted.url;
      card.title = "A <story>";
      store::record_card_check(tx, noted.id, store::upsert_preview_card(tx, card), tx.now());
    });
    return status;
  };
  const auto open = link(site.world.status(alice));
  const auto warned = link(site.world.status(alice, {.spoiler_text = "careful"}));
  const Reply page = site.get("/@alice/" + open.id.str(), kBrowser);
  CHECK(page.shows("<a class=\"preview\" href=\"https://news.example/story\""));
  CHECK(page.shows("<strong>A &lt;story&gt;</strong>"));
  CHECK(page.shows("news.example</span>"));
  CHECK_FALSE(site.get("/@alice/" + warned.id.str(), kBrowser).shows("class=\"preview\""));
}

TEST_CASE("the start page shows what is written and talked about here", "[web][pages]") {
  Site site;
  const auto alice = site.world.local_account("alice");
  const auto bob = site.world.remote_account("bob", "other.example");
  site.world.status(alice, {.content = "<p>written here</p>", .tags = {"Waders"}});
  site.world.status(bob, {.content = "<p>written elsewhere</p>"});
  CHECK_FALSE(site.get("/", kBrowser).shows("Talked about now"));
  site.world.write([&](db::Tx& tx) {
    const auto tag = store::search_tags(tx, "waders", 1, 0).at(0);
    store::replace_tag_trends(
        tx, std::vector{model::Trend{.id = tag.id, .max_score = 1, .max_score_at = tx.now(), .score = 1}});
  });
  const Reply home = site.get("/", kBrowser);
  CHECK(home.shows("<p>written here</p>"));
  CHECK_FALSE(home.shows("written elsewhere"));
  CHECK(home.shows("<a href=\"https://example.org/tags/waders\">#Waders</a>"));
}

TEST_CASE("the page about the server names who runs it, its rules and its size", "[web][pages]") {
  auto config = Site::default_config();
  config.instance.contact_account = "alice";
  config.instance.contact_email = "admin@example.org";
  Site site(config);
  site.world.write([](db::Tx& tx) { store::insert_rule(tx, "Be <kind>", ""); });
  site.world.local_account("alice", {.display_name = "Alice"});
  const Reply about = site.get("/about", kBrowser);
  CHECK(about.shows("<h1>About Mudflat</h1>"));
  CHECK(about.shows("Alice"));
  CHECK(about.shows("href=\"mailto:admin@example.org\""));
  CHECK(about.shows("<li>Be &lt;kind&gt;</li>"));
  CHECK(about.shows("<strong>1</strong> people"));
  CHECK(site.get("/", kBrowser).shows("href=\"/about\""));
}

TEST_CASE("a browser finds the application manifest", "[web][pages]") {
  Site site;
  const Reply manifest = site.get("/manifest.json");
  CHECK(manifest.header("Content-Type") == "application/manifest+json; charset=utf-8");
  CHECK(manifest.json().at("name") == "Mudflat");
  CHECK(manifest.json().at("id") == "/home");
  CHECK(site.get("/manifest").body() == manifest.body());
  CHECK(site.get("/", kBrowser).shows("<link rel=\"manifest\" href=\"/manifest.json\">"));
  CHECK(site.get("/robots.txt").shows("Disallow: /media_proxy/"));
}
