#include "db/web/site.hpp"
#include "support/media.hpp"

#include "dunlin/store/custom_emojis.hpp"
#include "dunlin/store/polls.hpp"
#include "dunlin/store/quotes.hpp"
#include "dunlin/store/status_marks.hpp"

using namespace dunlin;
using namespace dunlin::test;

namespace {

const std::vector<http::Header> kBrowser = {{"Accept", "text/html,*/*;q=0.8"}};

struct Fixture {
  Site site;
  model::Account alice = site.world.local_account("alice");

  void show(model::Status& status, std::span<const MediaId> media) {
    site.world.write([&](db::Tx& tx) {
      store::attach_media(tx, status.id, media);
      status.set(model::Part::media);
      store::update_status(tx, status, {});
    });
  }
  Reply page(const model::Status& status) { return site.get("/@alice/" + status.id.str(), kBrowser); }
};

}  // namespace

TEST_CASE("a page shows pictures with their descriptions, films and sounds", "[web][pages]") {
  Fixture f;
  auto status = f.site.world.status(f.alice);
  const auto picture = upload(f.site.world, f.alice, [](model::MediaAttachment& m) { m.description = "A <dunlin>"; });
  const auto film = upload(f.site.world, f.alice, [](model::MediaAttachment& m) { m.type = model::MediaType::video; });
  const auto sound = upload(f.site.world, f.alice, [](model::MediaAttachment& m) { m.type = model::MediaType::audio; });
  f.show(status, std::vector{picture.id, film.id, sound.id});
  const Reply page = f.page(status);
  CHECK(page.shows("alt=\"A &lt;dunlin&gt;\""));
  CHECK(page.shows(*picture.file_key));
  CHECK(page.shows("<video src=\""));
  CHECK(page.shows("<audio src=\""));
  CHECK(page.shows("<div class=\"media several\">"));
  CHECK(page.shows("<meta name=\"twitter:card\" content=\"summary_large_image\">"));
  CHECK(page.header("Content-Security-Policy").contains("media-src 'self'"));
  const Reply feed = f.site.get("/@alice.rss");
  CHECK(feed.shows("medium=\"image\" type=\"image/png\">"));
  CHECK(feed.shows("<media:description type=\"plain\">A &lt;dunlin&gt;</media:description>"));
  CHECK(f.site.get("/@alice.atom").shows("<link rel=\"enclosure\""));
}

TEST_CASE("sensitive media is folded and in no preview", "[web][pages]") {
  Fixture f;
  auto status = f.site.world.status(f.alice);
  status.sensitive = true;
  f.show(status, std::vector{upload(f.site.world, f.alice).id});
  const Reply page = f.page(status);
  CHECK(page.shows("<details><summary>Sensitive media</summary>"));
  CHECK(page.shows("<meta name=\"twitter:card\" content=\"summary\">"));
  CHECK(f.site.get("/@alice.rss").shows(">adult</media:rating>"));
}

TEST_CASE("a page shows a poll, and its numbers only when they are open", "[web][pages]") {
  Fixture f;
  auto status = f.site.world.status(f.alice);
  model::Poll poll;
  poll.id = PollId{9};
  poll.status_id = status.id;
  poll.options = {"Knot", "Dunlin <3"};
  poll.tallies = {1, 3};
  poll.voters_count = 4;
  poll.hide_totals = true;
  poll.created_at = f.site.world.clock.now();
  poll.expires_at = poll.created_at + std::chrono::hours(1);
  f.site.world.write([&](db::Tx& tx) {
    store::insert_poll(tx, poll);
    store::update_poll(tx, poll);
    status.set(model::Part::poll);
    store::update_status(tx, status, {});
  });
  CHECK(f.page(status).shows("Dunlin &lt;3"));
  CHECK_FALSE(f.page(status).shows("<progress"));
  f.site.world.clock.advance(std::chrono::hours(2));
  CHECK(f.page(status).shows("<progress max=\"100\" value=\"75\">"));
  CHECK(f.page(status).shows("ended"));
  CHECK(f.site.get("/@alice.rss").shows("&lt;li&gt;Knot&lt;/li&gt;"));
}

TEST_CASE("a page shows what is quoted, when everybody may see it", "[web][pages]") {
  Fixture f;
  const auto quoted = f.site.world.status(f.alice, {.content = "<p>the words</p>"});
  auto status = f.site.world.status(f.alice, {.content = "<p class=\"quote-inline\">RE: x</p><p>look</p>"});
  f.site.world.write([&](db::Tx& tx) {
    store::insert_quote(tx, {.id = QuoteId{5},
                             .status_id = status.id,
                             .account_id = f.alice.id,
                             .quoted_status_id = quoted.id,
                             .quoted_account_id = f.alice.id,
                             .quoted_uri = quoted.uri,
                             .state = model::QuoteState::accepted,
                             .created_at = tx.now()});
  });
  CHECK(f.page(status).shows("<span>the words</span>"));
  const auto now = f.site.world.reload(quoted);
  f.site.world.write([&](db::Tx& tx) { store::delete_status(tx, now); });
  CHECK(f.page(status).shows("The quoted post cannot be shown."));
  CHECK_FALSE(f.page(status).shows("the words"));
}

TEST_CASE("pinned statuses come first on a profile", "[web][pages]") {
  Fixture f;
  const auto pinned = f.site.world.status(f.alice, {.content = "<p>pinned words</p>"});
  f.site.world.status(f.alice, {.content = "<p>newer</p>"});
  f.site.world.write([&](db::Tx& tx) { store::insert_pin(tx, f.alice.id, pinned.id, 1); });
  const Reply page = f.site.get("/@alice", kBrowser);
  CHECK(page.body().find("pinned words") < page.body().find("<p>newer</p>"));
  CHECK(page.shows("Pinned</p>"));
  CHECK_FALSE(f.site.get("/@alice/with_replies", kBrowser).shows("Pinned</p>"));
}

TEST_CASE("custom emojis are pictures on a page, outside of tags only", "[web][pages]") {
  Fixture f;
  f.site.world.write([](db::Tx& tx) {
    store::save_emoji(tx, {.id = 3, .shortcode = "wader", .url = "w.png", .static_url = "w.png"});
  });
  const auto status = f.site.world.status(
      f.alice, {.content = "<p>:wader: and :nothing: <a href=\"https://a.example/:wader:\">x</a></p>"});
  const Reply page = f.page(status);
  CHECK(page.shows("<p><img class=\"emoji\" src=\""));
  CHECK(page.shows("alt=\":wader:\""));
  CHECK(page.shows(":nothing:"));
  CHECK(page.shows("href=\"https://a.example/:wader:\""));
}
