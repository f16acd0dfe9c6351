#include "dunlin/store/notifications.hpp"

#include "support/world.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace dunlin;
using model::NotificationType;
using test::World;

namespace {

model::Notification make(World& world, const model::Account& to, const model::Account& from, NotificationType type,
                         std::optional<StatusId> status = std::nullopt) {
  world.clock.advance(std::chrono::seconds(1));
  return {.id = world.ids.next<NotificationId>(),
          .account_id = to.id,
          .type = type,
          .from_account_id = from.id,
          .status_id = status,
          .created_at = world.clock.now()};
}

bool insert(World& world, const model::Notification& n) {
  return world.write([&](db::Tx& tx) { return store::insert_notification(tx, n); });
}

}  // namespace

TEST_CASE("a notification is stored once", "[store][notifications]") {
  World world;
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const auto s = world.status(alice);
  const auto n = make(world, alice, bob, NotificationType::favourite, s.id);
  CHECK(insert(world, n));
  CHECK_FALSE(insert(world, make(world, alice, bob, NotificationType::favourite, s.id)));
  CHECK(insert(world, make(world, alice, bob, NotificationType::reblog, s.id)));
  CHECK(insert(world, make(world, alice, bob, NotificationType::follow)));
  CHECK_FALSE(insert(world, make(world, alice, bob, NotificationType::follow)));
  world.read([&](db::Tx& tx) {
    const auto found = store::find_notification(tx, alice.id, n.id);
    REQUIRE(found);
    CHECK(found->type == n.type);
    CHECK(found->from_account_id == bob.id);
    CHECK(found->status_id == s.id);
    CHECK(found->created_at == n.created_at);
    CHECK_FALSE(store::find_notification(tx, bob.id, n.id));
  });
}

TEST_CASE("nobody is told of what he does not want to hear", "[store][notifications]") {
  World world;
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const auto remote = world.remote_account("remote", "a.test");
  const auto n = make(world, alice, bob, NotificationType::follow);

  SECTION("own deeds") {
    CHECK_FALSE(insert(world, make(world, alice, alice, NotificationType::favourite)));
  }
  SECTION("remote receivers") {
    CHECK_FALSE(insert(world, make(world, remote, bob, NotificationType::follow)));
  }
  SECTION("a blocked sender") {
    world.block(alice, bob);
    CHECK_FALSE(insert(world, n));
  }
  SECTION("a sender who blocks") {
    world.block(bob, alice);
    CHECK_FALSE(insert(world, n));
  }
  SECTION("a suspended sender") {
    world.suspend(bob);
    CHECK_FALSE(insert(world, n));
  }
  SECTION("a muted sender, while the mute lasts") {
    world.mute(alice, bob, true, std::chrono::hours(1));
    CHECK_FALSE(insert(world, n));
    world.clock.advance(std::chrono::hours(1));
    CHECK(insert(world, n));
  }
  SECTION("but a mute may leave notifications alone") {
    world.mute(alice, bob, false);
    CHECK(insert(world, n));
  }
}

TEST_CASE("notifications are paged and filtered by type and sender", "[store][notifications][paging]") {
  World world;
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const auto carol = world.local_account("carol");
  std::vector<model::Notification> all;  // newest first
  for (const auto& from : {bob, carol})
    for (const auto type : {NotificationType::mention, NotificationType::favourite, NotificationType::follow}) {
      const auto s = type == NotificationType::follow ? std::nullopt : std::optional(world.status(from).id);
      all.insert(all.begin(), make(world, alice, from, type, s));
      REQUIRE(insert(world, all.front()));
    }
  const auto list = [&](const store::NotificationFilter& filter, const model::Page& page) {
    std::vector<NotificationId> ids;
    for (const auto& n : world.read([&](db::Tx& tx) { return store::list_notifications(tx, alice.id, filter, page); }))
      ids.push_back(n.id);
    return ids;
  };
  CHECK(list({}, test::newest(2)) == std::vector{all[0].id, all[1].id});
  CHECK(list({}, test::below(all[1].id.value, 2)) == std::vector{all[2].id, all[3].id});
  CHECK(list({}, test::above(all[4].id.value, 2)) == std::vector{all[0].id, all[1].id});
  CHECK(list({}, test::right_above(all[4].id.value, 2)) == std::vector{all[2].id, all[3].id});
  CHECK(list({.types = {NotificationType::follow}}, {}) == std::vector{all[0].id, all[3].id});
  CHECK(list({.exclude_types = {NotificationType::follow, NotificationType::mention}}, {}) ==
        std::vector{all[1].id, all[4].id});
  CHECK(list({.types = {NotificationType::mention}, .from = bob.id}, {}) == std::vector{all[5].id});

  const auto unread = [&](int limit, const store::NotificationFilter& filter = {}) {
    return world.read([&](db::Tx& tx) { return store::count_unread_notifications(tx, alice.id, filter, limit); });
  };
  CHECK(unread(100) == 6);
  CHECK(unread(4) == 4);
  world.write([&](db::Tx& tx) { store::save_marker(tx, alice.id, "notifications", all[2].id.value); });
  CHECK(unread(100) == 2);
  CHECK(unread(100, {.types = {NotificationType::follow}}) == 1);

  CHECK_FALSE(world.write([&](db::Tx& tx) { return store::dismiss_notification(tx, bob.id, all[0].id); }));
  CHECK(world.write([&](db::Tx& tx) { return store::dismiss_notification(tx, alice.id, all[0].id); }));
  world.write([&](db::Tx& tx) {
    store::delete_notification(tx, alice.id, NotificationType::follow, bob.id, std::nullopt);
    store::delete_notification(tx, alice.id, NotificationType::favourite, bob.id, all[4].status_id);
    store::delete_notification(tx, alice.id, NotificationType::mention, bob.id, std::nullopt);
  });
  CHECK(list({}, {}) == std::vector{all[1].id, all[2].id, all[5].id});
  world.suspend(carol);
  CHECK(list({}, {}) == std::vector{all[5].id});
  world.write([&](db::Tx& tx) { store::clear_notifications(tx, alice.id); });
  CHECK(list({}, {}).empty());
}

TEST_CASE("markers count their versions", "[store][markers]") {
  World world;
  const auto alice = world.local_account("alice");
  const std::vector<std::string> both{"home", "notifications"};
  world.read([&](db::Tx& tx) { CHECK(store::list_markers(tx, alice.id, both).empty()); });
  const auto first = world.write([&](db::Tx& tx) { return store::save_marker(tx, alice.id, "home", 5); });
  CHECK(first.version == 1);
  world.clock.advance(std::chrono::minutes(1));
  const auto second = world.write([&](db::Tx& tx) { return store::save_marker(tx, alice.id, "home", 9); });
  CHECK(second.version == 2);
  CHECK(second.last_read_id == 9);
  CHECK(second.updated_at == world.clock.now());
  world.write([&](db::Tx& tx) { store::save_marker(tx, alice.id, "notifications", 7); });
  world.read([&](db::Tx& tx) {
    const auto list = store::list_markers(tx, alice.id, both);
    REQUIRE(list.size() == 2);
    CHECK((list[0].timeline == "home" && list[0].last_read_id == 9));
    CHECK((list[1].timeline == "notifications" && list[1].version == 1));
    CHECK(store::list_markers(tx, alice.id, std::vector<std::string>{"home"}).size() == 1);
  });
}
