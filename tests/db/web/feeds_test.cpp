#include "db/web/site.hpp"

using namespace dunlin;
using namespace dunlin::test;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("the RSS feed of a profile has its posts, without replies and boosts", "[web][feeds]") {
  Site site;
  const auto alice = site.world.local_account("alice", {.display_name = "Alice & co"});
  const auto bob = site.world.local_account("bob");
  const auto first = site.world.status(alice, {.content = "<p>Tide &lt; mud</p>", .tags = {"Waders"}});
  const auto other = site.world.status(bob, {.content = "<p>by bob</p>"});
  site.world.status(alice, {.content = "<p>an answer</p>", .reply_to = other});
  site.world.reblog(alice, other);
  site.world.status(
      alice, {.content = "<p>unlisted</p>", .visibility = model::Visibility::unlisted, .spoiler_text = "Careful"});
  const Reply feed = site.get("/@alice.rss");
  REQUIRE(feed.status() == 200);
  CHECK(feed.header("Content-Type") == "application/rss+xml; charset=utf-8");
  CHECK(feed.header("Cache-Control") == "public, max-age=60");
  CHECK(feed.shows("<title>Alice &amp; co (@alice@example.org)</title>"));
  CHECK(feed.shows("<guid isPermaLink=\"true\">https://example.org/@alice/" + first.id.str() + "</guid>"));
  CHECK(feed.shows("<description>&lt;p&gt;Tide &amp;lt; mud&lt;/p&gt;</description>"));
  CHECK(feed.shows("<title>Tide &lt; mud</title>"));
  CHECK(feed.shows("<pubDate>Sun, 01 Mar 2026 12:00:03 GMT</pubDate>"));
  CHECK(feed.shows("<category domain=\"https://example.org/tags/waders\">Waders</category>"));
  CHECK(feed.shows("<title>Careful</title>"));
  CHECK(feed.shows("Content warning:"));
  CHECK(count(feed.body(), "<item>") == 2);
  CHECK(count(site.get("/@alice/with_replies.rss").body(), "<item>") == 3);
  CHECK(site.get("/@alice.rss", {{"If-None-Match", feed.header("ETag")}}).status() == 304);
}

TEST_CASE("the Atom feed has the same posts", "[web][feeds]") {
  Site site;
  const auto alice = site.world.local_account("alice");
  const auto status = site.world.status(alice, {.content = "<p>hello</p>", .tags = {"Waders"}});
  const Reply feed = site.get("/@alice.atom");
  CHECK(feed.header("Content-Type") == "application/atom+xml; charset=utf-8");
  CHECK(feed.shows("<id>" + status.uri + "</id>"));
  CHECK(feed.shows("<updated>2026-03-01T12:00:02.000Z</updated>"));
  CHECK(feed.shows("<content type=\"html\">&lt;p&gt;hello&lt;/p&gt;</content>"));
  CHECK(feed.shows("<category term=\"Waders\"/>"));
  CHECK(feed.shows("<link rel=\"self\" type=\"application/atom+xml\" href=\"https://example.org/@alice.atom\"/>"));
}

TEST_CASE("the feed of a tag has public posts of everybody", "[web][feeds]") {
  Site site;
  const auto alice = site.world.local_account("alice");
  const auto bob = site.world.remote_account("bob", "other.example");
  for (int i = 0; i < 25; ++i) site.world.status(alice, {.tags = {"Waders"}});
  const auto remote = site.world.status(bob, {.content = "<p>from afar</p>", .tags = {"waders"}});
  site.world.status(alice, {.content = "<p>quiet</p>", .visibility = model::Visibility::unlisted, .tags = {"waders"}});
  const Reply feed = site.get("/tags/Waders.rss");
  CHECK(feed.shows("from afar"));
  CHECK(feed.shows("<link>" + remote.url.value_or(remote.uri) + "</link>"));
  CHECK_FALSE(feed.shows("quiet"));
  CHECK(count(feed.body(), "<item>") == 20);
  CHECK(count(site.get("/tags/waders.rss?limit=500").body(), "<item>") == 26);
  CHECK(count(site.get("/tags/waders.atom?limit=3").body(), "<entry>") == 3);
  CHECK(count(site.get("/tags/nothing.rss").body(), "<item>") == 0);
  CHECK(site.get("/@nobody.rss").status() == 404);
}

TEST_CASE("what cannot stand in XML is left out of feeds", "[web][feeds]") {
  Site site;
  const auto alice = site.world.local_account("alice", {.display_name = "A\x01"
                                                                        "B"});
  site.world.status(alice, {.content = "<p>bell\x07</p>"});
  const Reply feed = site.get("/@alice.rss");
  CHECK(feed.shows("AB (@alice"));
  CHECK(feed.shows("&lt;p&gt;bell&lt;/p&gt;"));
  CHECK_FALSE(feed.shows("\x07"));
}
