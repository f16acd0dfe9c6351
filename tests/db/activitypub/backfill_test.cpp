#include "dunlin/activitypub/backfill.hpp"

#include "support/backfills.hpp"

#include "dunlin/store/backfills.hpp"
#include "dunlin/store/notifications.hpp"
#include "dunlin/store/status_marks.hpp"
#include "dunlin/store/tags.hpp"
#include "dunlin/store/timelines.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace dunlin::activitypub {

using namespace std::chrono_literals;
using test::Fediverse;
using test::Json;
using test::note_document;

namespace {

struct Setup : Fediverse {
  model::Account anna = world.local_account("anna");
  model::Account mara = world.remote_account("mara", "masto.example");
  model::Account sam = world.remote_account("sam", "far.example");

  std::string uri(const model::Account& author, const std::string& name) { return author.uri + "/notes/" + name; }
  void publish(const model::Account& author, const std::string& name, const Json& more = Json::object()) {
    remote.serve(uri(author, name), note_document(author, name, more));
  }
  /// A stored root with a replies collection at its origin.
  model::Status root(const Json& more = Json::object()) {
    auto note = note_document(mara, "root", more);
    note["replies"] = {
        {"id", uri(mara, "root") + "/replies"},
        {"type", "Collection"},
        {"first",
         {{"type", "CollectionPage"}, {"next", uri(mara, "root") + "/replies?page=1"}, {"items", Json::array()}}}};
    remote.serve(uri(mara, "root"), note);
    collection(uri(mara, "root") + "/replies",
               {{"type", "Collection"}, {"first", uri(mara, "root") + "/replies?page=1"}});
    const auto stored = resolve([&](Resolver& r) { return r.status(uri(mara, "root")); }).value();
    world.clock.advance(10min);
    return stored;
  }
  void collection(const std::string& id, Json document) {
    document["@context"] = test::kAsNamespace;
    document["id"] = id;
    remote.serve(id, document);
  }
  bool open(const model::Status& status) {
    return world.write([&](db::Tx& tx) { return begin_thread(env, tx, status); });
  }
};

}  // namespace

TEST_CASE("8.99: an opened thread gets its missing replies, from their own origins, and tells nobody",
          "[activitypub][backfill]") {
  Setup f;
  const auto root = f.root();
  f.publish(f.sam, "1",
            {{"inReplyTo", f.uri(f.mara, "root")},
             {"tag", Json::array({{{"type", "Mention"}, {"href", f.anna.uri}}})},
             {"cc", Json::array({f.anna.uri})}});
  f.publish(f.mara, "2", {{"inReplyTo", f.uri(f.sam, "1")}});
  f.publish(f.sam, "hidden", {{"to", Json::array({f.sam.uri + "/followers"})}, {"cc", Json::array()}});
  f.collection(f.uri(f.mara, "root") + "/replies?page=1",
               {{"type", "CollectionPage"},
                {"items", Json::array({f.uri(f.sam, "1"), f.uri(f.mara, "2"), f.uri(f.sam, "hidden")})}});
  CHECK(f.open(root));
  run_backfills(f);
  const auto reply = f.find_status(f.uri(f.sam, "1"));
  REQUIRE(reply);
  CHECK(reply->in_reply_to_id == root.id);
  CHECK(f.find_status(f.uri(f.mara, "2")));
  CHECK_FALSE(f.find_status(f.uri(f.sam, "hidden")));
  CHECK(f.world.read([&](db::Tx& tx) { return store::list_notifications(tx, f.anna.id, {}, {}); }).empty());
}

TEST_CASE("8.99: a collection brings what is of its thread only, in whatever order", "[activitypub][backfill]") {
  Setup f;
  const auto root = f.root();
  const auto page = f.uri(f.mara, "root") + "/replies?page=1";
  // Unrelated: with a parent that nobody knows, with a known one of another thread, with a context of its own.
  Json items = Json::array();
  for (int i = 0; i < 20; ++i) {
    const auto name = "spam" + std::to_string(i);
    f.publish(f.sam, name, {{"inReplyTo", f.uri(f.sam, "elsewhere")}, {"context", "https://far.example/contexts/1"}});
    items.push_back(f.uri(f.sam, name));
  }
  f.publish(f.sam, "elsewhere");
  const auto other = f.world.status(f.sam);
  f.publish(f.sam, "answer", {{"inReplyTo", other.uri}});
  f.publish(f.sam, "loop", {{"inReplyTo", f.uri(f.sam, "loop")}});
  // Of the thread, the deepest first.
  f.publish(f.sam, "1", {{"inReplyTo", f.uri(f.mara, "root")}});
  f.publish(f.mara, "2", {{"inReplyTo", f.uri(f.sam, "1")}});
  f.publish(f.sam, "3", {{"inReplyTo", f.uri(f.mara, "2")}});
  for (const auto& uri : {f.uri(f.sam, "answer"), f.uri(f.sam, "loop"), f.uri(f.sam, "3"), f.uri(f.mara, "2"),
                          f.uri(f.sam, "1"), other.uri})
    items.push_back(uri);
  f.collection(page, {{"type", "CollectionPage"}, {"items", items}});
  CHECK(f.open(root));
  run_backfills(f);
  for (const auto& uri : {f.uri(f.sam, "1"), f.uri(f.mara, "2"), f.uri(f.sam, "3")}) {
    CAPTURE(uri);
    REQUIRE(f.find_status(uri));
    CHECK(f.find_status(uri)->conversation_id == root.conversation_id);
  }
  CHECK_FALSE(f.find_status(f.uri(f.sam, "spam0")));
  CHECK_FALSE(f.find_status(f.uri(f.sam, "elsewhere")));
  CHECK_FALSE(f.find_status(f.uri(f.sam, "answer")));
  CHECK_FALSE(f.find_status(f.uri(f.sam, "loop")));
  CHECK(std::ranges::count(f.remote.requested, other.uri) == 0);
}

TEST_CASE("8.99: an answer that waits for its parent is taken when that comes by another way",
          "[activitypub][backfill]") {
  Setup f;
  f.world.follow(f.anna, f.sam);
  const auto root = f.root();
  const Json below_root{{"inReplyTo", f.uri(f.mara, "root")}};
  f.publish(f.sam, "1", below_root);
  f.publish(f.mara, "2", {{"inReplyTo", f.uri(f.sam, "1")}});
  f.collection(f.uri(f.mara, "root") + "/replies?page=1",
               {{"type", "CollectionPage"}, {"items", Json::array({f.uri(f.mara, "2")})}});
  f.open(root);
  while (std::ranges::count(f.remote.requested, f.uri(f.mara, "2")) == 0) REQUIRE(run_backfills(f, 1) > 0);
  REQUIRE_FALSE(f.find_status(f.uri(f.mara, "2")));
  f.receive(f.sam, {{"type", "Create"}, {"object", note_document(f.sam, "1", below_root)}});
  REQUIRE(f.find_status(f.uri(f.sam, "1")));
  SECTION("which is there to be asked") {}
  SECTION("and is asked in vain") {
    f.remote.answer_status(f.uri(f.sam, "1"), 404);
  }
  run_backfills(f);
  CHECK(f.find_status(f.uri(f.mara, "2")));
}

// 8.59, federation.md 4.16
TEST_CASE("a reply that comes before its parents has them fetched, up to the beginning", "[activitypub][backfill]") {
  Setup f;
  f.world.follow(f.anna, f.mara);
  f.publish(f.sam, "root", {{"context", "https://far.example/contexts/1"}});
  f.publish(f.sam, "1", {{"inReplyTo", f.uri(f.sam, "root")}});
  f.publish(f.sam, "2", {{"inReplyTo", f.uri(f.sam, "1")}, {"replies", f.uri(f.sam, "2") + "/replies"}});
  const auto reply = [&](const std::string& name, const Json& more = Json::object()) {
    auto note = note_document(f.mara, name, {{"inReplyTo", f.uri(f.sam, "2")}});
    note.update(more);
    f.receive(f.mara, {{"type", "Create"}, {"object", note}});
    return f.find_status(f.uri(f.mara, name));
  };
  SECTION("public") {
    REQUIRE(reply("a"));
    REQUIRE(reply("b"));
    run_backfills(f);
    const auto root = f.find_status(f.uri(f.sam, "root"));
    REQUIRE(root);
    for (const auto& uri : {f.uri(f.sam, "1"), f.uri(f.sam, "2"), f.uri(f.mara, "a"), f.uri(f.mara, "b")}) {
      CAPTURE(uri);
      REQUIRE(f.find_status(uri));
      CHECK(f.find_status(uri)->conversation_id == root->conversation_id);
      CHECK(f.find_status(uri)->in_reply_to_id);
    }
    // Its parents only: others are fetched when somebody opens the thread.
    CHECK(std::ranges::count(f.remote.requested, f.uri(f.sam, "2") + "/replies") == 0);
    CHECK(std::ranges::count(f.remote.requested, f.uri(f.sam, "2")) == 1);
  }
  SECTION("not public") {
    REQUIRE(reply("a", {{"to", Json::array({f.mara.followers_url})}, {"cc", Json::array()}}));
    CHECK(run_backfills(f) == 0);
  }
  SECTION("switched off") {
    f.config.federation.backfill = false;
    REQUIRE(reply("a"));
    CHECK(run_backfills(f) == 0);
  }
  SECTION("a chain without end ends at the limits") {
    f.publish(f.sam, "2", {{"inReplyTo", f.uri(f.sam, "x0")}});
    for (int i = 0; i < 150; ++i)
      f.publish(f.sam, "x" + std::to_string(i), {{"inReplyTo", f.uri(f.sam, "x" + std::to_string(i + 1))}});
    REQUIRE(reply("a"));
    CHECK(run_backfills(f) <= 100);
    CHECK_FALSE(f.find_status(f.uri(f.sam, "x100")));
  }
  SECTION("a young thread that lacks a parent is completed when it is opened") {
    f.config.federation.backfill = false;
    const auto orphan = reply("a");
    REQUIRE(orphan);
    f.config.federation.backfill = true;
    CHECK(f.open(*orphan));
    run_backfills(f);
    CHECK(f.find_status(f.uri(f.sam, "root")));
  }
}

TEST_CASE("8.99: a thread's context collection is asked of its owner", "[activitypub][backfill]") {
  Setup f;
  const std::string context = "https://masto.example/contexts/9";
  const auto root = f.root({{"context", context}});
  f.publish(f.sam, "1", {{"inReplyTo", f.uri(f.mara, "root")}, {"context", context}});
  f.collection(context, {{"type", "OrderedCollection"}, {"first", context + "?page=1"}});
  f.collection(context + "?page=1",
               {{"type", "OrderedCollectionPage"}, {"orderedItems", Json::array({f.uri(f.sam, "1")})}});
  f.open(root);
  run_backfills(f);
  CHECK(f.find_status(f.uri(f.sam, "1")));
}

// R15
TEST_CASE("8.99: collections that go in circles, or name another host's pages, end", "[activitypub][backfill]") {
  Setup f;
  const auto root = f.root();
  const auto page = [&](int number) { return f.uri(f.mara, "root") + "/replies?page=" + std::to_string(number); };
  f.collection(page(1), {{"type", "CollectionPage"}, {"items", Json::array({page(1), page(2)})}, {"next", page(2)}});
  f.collection(page(2), {{"type", "CollectionPage"}, {"items", Json::array()}, {"next", page(1)}});
  f.collection("https://evil.example/page", {{"type", "CollectionPage"}, {"next", "https://evil.example/page"}});
  f.open(root);
  CHECK(run_backfills(f) < 10);
  CHECK(std::ranges::count(f.remote.requested, page(1)) <= 2);
}

TEST_CASE("8.99: a collection without end, or of a million items, ends at the limits", "[activitypub][backfill]") {
  Setup f;
  const auto root = f.root();
  const auto page = [&](int number) { return f.uri(f.mara, "root") + "/replies?page=" + std::to_string(number); };
  for (int i = 1; i <= 20; ++i) {
    Json items = Json::array();
    for (int k = 0; k < 500; ++k) items.push_back("https://masto.example/none/" + std::to_string(i * 1000 + k));
    f.collection(page(i), {{"type", "CollectionPage"}, {"items", items}, {"next", page(i + 1)}});
  }
  f.open(root);
  CHECK(run_backfills(f) <= 1100);
}

TEST_CASE("a thread is not asked for again before its pause is over, which doubles in vain",
          "[activitypub][backfill]") {
  Setup f;
  const auto root = f.root();
  f.collection(f.uri(f.mara, "root") + "/replies?page=1", {{"type", "CollectionPage"}, {"items", Json::array()}});
  CHECK(f.open(root));
  CHECK_FALSE(f.open(root));
  run_backfills(f);
  f.world.clock.advance(16min);
  CHECK(f.open(root));
  run_backfills(f);
  f.world.clock.advance(16min);
  CHECK_FALSE(f.open(root));
  f.world.clock.advance(16min);
  CHECK(f.open(root));
}

TEST_CASE("what has just begun, is not public, or is only ours is not asked for", "[activitypub][backfill]") {
  Setup f;
  CHECK_FALSE(f.open(f.world.status(f.anna)));
  f.world.clock.advance(10min);
  CHECK_FALSE(f.open(f.world.status(f.anna)));
  CHECK_FALSE(f.open(f.world.status(f.mara, {.visibility = model::Visibility::private_})));
  CHECK_FALSE(f.open(f.world.status(f.mara)));  // young
  f.config.federation.backfill = false;
  CHECK_FALSE(f.open(f.root()));
}

TEST_CASE("a thread's counts and its deleted posts are as their origins say", "[activitypub][backfill]") {
  Setup f;
  const auto root = f.root({{"likes", {{"type", "Collection"}, {"totalItems", 40}}},
                            {"shares", {{"type", "Collection"}, {"totalItems", 7}}}});
  f.publish(f.sam, "1", {{"inReplyTo", f.uri(f.mara, "root")}});
  f.resolve([&](Resolver& r) { return r.status(f.uri(f.sam, "1")); }).value();
  f.remote.answer_status(f.uri(f.sam, "1"), 410);
  f.world.favourite(f.anna, root);
  f.open(root);
  run_backfills(f);
  CHECK(f.world.reload(root).favourites_count == 40);
  CHECK(f.world.reload(root).reblogs_count == 7);
  CHECK_FALSE(f.find_status(f.uri(f.sam, "1")));
}

TEST_CASE("8.100: a profile that is opened gets its posts and numbers, silently, and no boosts",
          "[activitypub][backfill]") {
  Setup f;
  f.publish_actor("new.example", "nora");
  const auto nora = f.resolve([](Resolver& r) { return r.actor("https://new.example/users/nora"); }).value();
  Json items = Json::array();
  for (int i = 0; i < 60; ++i) {
    const std::string name = std::to_string(i);
    f.publish(nora, name, {{"published", "2025-01-01T00:00:00Z"}});
    items.push_back(
        {{"id", f.uri(nora, name) + "/activity"}, {"type", "Create"}, {"object", note_document(nora, name)}});
  }
  f.publish(f.mara, "boosted");
  items.insert(items.begin(),
               {{"id", nora.uri + "/boost"}, {"type", "Announce"}, {"object", f.uri(f.mara, "boosted")}});
  items.insert(items.begin(), Json(f.uri(f.mara, "boosted")));
  f.collection(nora.outbox_url,
               {{"type", "OrderedCollection"}, {"totalItems", 600}, {"first", nora.outbox_url + "?page=1"}});
  f.collection(nora.outbox_url + "?page=1", {{"type", "OrderedCollectionPage"}, {"orderedItems", items}});
  f.collection(nora.followers_url, {{"type", "OrderedCollection"}, {"totalItems", 123}});
  const auto begin = [&] { return f.world.write([&](db::Tx& tx) { return begin_profile(f.env, tx, nora); }); };
  f.world.follow(f.anna, nora);
  f.world.follow(f.anna, f.sam);
  const auto news = f.world.status(f.sam);
  CHECK(begin());
  run_backfills(f);
  // They are where their dates put them, below what is new.
  const auto home = f.world.read([&](db::Tx& tx) { return store::list_home_timeline(tx, f.anna.id, test::newest(5)); });
  REQUIRE(home.size() == 5);
  CHECK(home[0] == news.id);
  CHECK(f.world.reload(f.find_status(f.uri(nora, "1")).value()).created_at < news.created_at - 24h);
  const auto after = f.world.reload(nora);
  CHECK(after.statuses_count == 600);
  CHECK(after.followers_count == 123);
  CHECK(f.find_status(f.uri(nora, "1")));
  CHECK_FALSE(f.find_status(f.uri(nora, "55")));
  CHECK_FALSE(f.find_status(f.uri(f.mara, "boosted")));
  CHECK(f.world.read([&](db::Tx& tx) { return store::count_statuses_here(tx, nora.id, 100); }) < 41);
  CHECK_FALSE(begin());
  CHECK_FALSE(f.world.write([&](db::Tx& tx) { return begin_profile(f.env, tx, f.anna); }));
}

TEST_CASE("a profile that is opened gets its hashtags, and its pins up to fifty", "[activitypub][backfill][featured]") {
  Setup f;
  auto document = test::actor_document("new.example", "nora");
  const std::string id = document["id"];
  document["featured"] = id + "/featured";
  document["featuredTags"] = id + "/tags";
  f.remote.serve(id, document);
  f.remote.webfinger("nora@new.example", id);
  const auto nora = f.resolve([&](Resolver& r) { return r.actor(id); }).value();
  Json pinned = Json::array();
  for (int i = 0; i < 60; ++i) {
    const auto status = f.world.status(nora);
    pinned.push_back(status.uri);
  }
  f.publish(nora, "new");
  pinned.insert(pinned.begin(), Json(f.uri(nora, "new")));
  f.collection(id + "/featured", {{"type", "OrderedCollection"}, {"orderedItems", pinned}});
  f.collection(id + "/tags",
               {{"type", "Collection"},
                {"items", Json::array({{{"type", "Hashtag"}, {"name", "#Birds"}, {"href", id + "/tagged/birds"}},
                                       {{"type", "Hashtag"}, {"name", "#lake"}}})}});
  CHECK(f.world.write([&](db::Tx& tx) { return begin_profile(f.env, tx, nora); }));
  run_backfills(f);
  f.world.read([&](db::Tx& tx) {
    CHECK(store::list_featured_tags(tx, nora.id).size() == 2);
    CHECK(store::list_pins(tx, nora.id, std::nullopt, 100).size() == 50);
  });
  CHECK(f.find_status(f.uri(nora, "new")));
}

}  // namespace dunlin::activitypub
