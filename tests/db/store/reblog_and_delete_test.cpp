#include "support/world.hpp"

#include "dunlin/store/notifications.hpp"
#include "dunlin/store/statuses.hpp"
#include "dunlin/store/timelines.hpp"

#include <catch2/catch.hpp>

#include <optional>

using namespace dunlin;
using test::World;

TEST_CASE("an account reblogs a status once; undone, it may again", "[store][reblog]") {
  World world;
  const auto alice = world.local_account("alice");
  const auto bob = world.remote_account("bob", "b.test");
  const auto s = world.status(alice);
  const auto w = world.reblog(bob, s);
  CHECK(world.reload(s).reblogs_count == 1);
  CHECK(world.reload(bob).statuses_count == 1);
  world.read([&](db::Tx& tx) { CHECK(store::find_reblog(tx, bob.id, s.id)->id == w.id); });

  auto again = w;
  again.id = world.ids.next<StatusId>();
  again.uri += "/2";
  CHECK_FALSE(world.write([&](db::Tx& tx) { return store::insert_reblog(tx, again).has_value(); }));
  CHECK(world.reload(s).reblogs_count == 1);

  CHECK(world.write([&](db::Tx& tx) { return store::delete_status(tx, w); }));
  CHECK(world.reload(s).reblogs_count == 0);
  CHECK(world.reload(bob).statuses_count == 0);
  auto replayed = w;
  replayed.id = world.ids.next<StatusId>();
  CHECK_FALSE(world.write([&](db::Tx& tx) { return store::insert_reblog(tx, replayed).has_value(); }));
  CHECK(world.write([&](db::Tx& tx) { return store::insert_reblog(tx, again).has_value(); }));
  CHECK(world.reload(s).reblogs_count == 1);
}

TEST_CASE("deleting a status takes its reblogs, counts, notifications and tags along", "[store][statuses][delete]") {
  World world;
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const auto root = world.status(alice);
  const auto s = world.status(bob, {.content = "secret", .reply_to = root, .tags = {"birds"}});
  const auto w = world.reblog(alice, s);
  world.reblog(bob, s);
  world.write([&](db::Tx& tx) {
    CHECK(store::insert_notification(tx, {.id = world.ids.next<NotificationId>(),
                                          .account_id = alice.id,
                                          .type = model::NotificationType::mention,
                                          .from_account_id = bob.id,
                                          .status_id = s.id,
                                          .created_at = world.clock.now()}));
    CHECK(store::insert_notification(tx, {.id = world.ids.next<NotificationId>(),
                                          .account_id = bob.id,
                                          .type = model::NotificationType::reblog,
                                          .from_account_id = alice.id,
                                          .status_id = w.id,
                                          .created_at = world.clock.now()}));
  });

  CHECK(world.write([&](db::Tx& tx) { return store::delete_status(tx, s); }));
  CHECK_FALSE(world.write([&](db::Tx& tx) { return store::delete_status(tx, s); }));
  world.read([&](db::Tx& tx) {
    CHECK_FALSE(store::find_status(tx, s.id));
    CHECK_FALSE(store::find_status(tx, w.id));
    CHECK_FALSE(store::find_status_by_uri(tx, s.uri));
    CHECK_FALSE(store::find_status_by_url(tx, *s.url));
    CHECK_FALSE(store::find_reblog(tx, alice.id, s.id));
    CHECK(store::list_notifications(tx, alice.id, {}, {}).empty());
    CHECK(store::list_notifications(tx, bob.id, {}, {}).empty());
    const auto bare = store::find_deleted_status(tx, s.id);
    REQUIRE(bare);
    CHECK(bare->deleted_at == world.clock.now());
    CHECK(bare->uri == s.uri);
    CHECK(bare->content.empty());
  });
  CHECK(world.read([&](db::Tx& tx) { return store::list_tag_timeline(tx, std::nullopt, "birds", {}, {}); }).empty());
  CHECK(world.reload(root).replies_count == 0);
  CHECK(world.reload(alice).statuses_count == 1);
  CHECK(world.reload(bob).statuses_count == 0);

  const auto purge = [&](Time before, int limit) {
    return world.write([&](db::Tx& tx) { return store::purge_deleted_statuses(tx, before, limit); });
  };
  CHECK(purge(world.clock.now(), 10) == 0);
  CHECK(purge(world.clock.now() + std::chrono::seconds(1), 1) == 1);
  world.write([&](db::Tx& tx) { store::purge_deleted_statuses(tx, world.clock.now() + std::chrono::seconds(1), 10); });
  world.read([&](db::Tx& tx) { CHECK_FALSE(store::find_deleted_status(tx, s.id)); });
}
