#include "dunlin/store/notifications.hpp"

#include "support/world.hpp"

#include "dunlin/store/notification_facts.hpp"

#include <catch2/catch.hpp>

#include <array>
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

TEST_CASE("what is known of sender and receiver comes in one statement", "[store][notifications]") {
  World world;
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const auto carol = world.local_account("carol");
  const auto sender = world.remote_account("sender", "a.test");
  world.block(bob, sender);
  world.mute(carol, sender, true, std::chrono::hours(1));
  world.follow(carol, sender);
  world.follow(sender, carol);
  const auto find = [&](const model::Account& from, const model::Account& to, std::optional<StatusId> status = {}) {
    return world.read([&](db::Tx& tx) { return store::find_notification_facts(tx, from.id, to.id, status); });
  };
  const auto facts = [&](const model::Account& from, const model::Account& to, std::optional<StatusId> status = {}) {
    return find(from, to, status).value();
  };
  const auto before = world.session().statement_count();
  CHECK_FALSE(find(alice, sender));  // remote receivers are not told of anything here
  CHECK(world.session().statement_count() - before == 1);
  const auto of_alice = facts(sender, alice);
  CHECK((of_alice.reachable && !of_alice.blocked && !of_alice.muted && !of_alice.following));
  CHECK((!of_alice.follower_since && !of_alice.permitted && !of_alice.sender_limited && !of_alice.sender_is_staff));
  CHECK(of_alice.policy.for_private_mentions == model::PolicyAction::filter);
  CHECK(facts(sender, bob).blocked);
  CHECK(facts(bob, alice).blocked == false);
  world.block(alice, bob);
  CHECK(facts(alice, bob).blocked);
  const auto of_carol = facts(sender, carol);
  CHECK((of_carol.muted && of_carol.following && of_carol.follower_since));
  world.clock.advance(std::chrono::hours(1));
  CHECK_FALSE(facts(sender, carol).muted);
  const auto dave = world.local_account("dave");
  world.mute(dave, sender, false);
  CHECK_FALSE(facts(sender, dave).muted);

  const auto direct = world.status(sender, {.visibility = model::Visibility::direct, .mentions = {alice}});
  CHECK(facts(sender, alice, direct.id).visibility == model::Visibility::direct);
  CHECK_FALSE(facts(sender, alice, direct.id).answers_receiver);
  world.status(alice, {.visibility = model::Visibility::direct, .reply_to = direct, .mentions = {sender}});
  const auto again =
      world.status(sender, {.visibility = model::Visibility::direct, .reply_to = direct, .mentions = {alice}});
  CHECK(facts(sender, alice, again.id).answers_receiver);
  world.suspend(sender);
  CHECK_FALSE(facts(sender, alice).reachable);
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
  world.write([&](db::Tx& tx) { store::save_marker(tx, alice.id, "notifications", all[2].id.value, 0); });
  CHECK(unread(100) == 2);
  CHECK(unread(100, {.types = {NotificationType::follow}}) == 1);

  const std::array newest{all[0].id};
  CHECK(world.write([&](db::Tx& tx) { return store::dismiss_notifications(tx, bob.id, newest); }) == 0);
  CHECK(world.write([&](db::Tx& tx) { return store::dismiss_notifications(tx, alice.id, newest); }) == 1);
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

TEST_CASE("a marker is saved over the version that was seen, and over no other", "[store][markers]") {
  World world;
  const auto alice = world.local_account("alice");
  const std::vector<std::string> both{"home", "notifications"};
  const auto save = [&](const char* timeline, std::int64_t id, int seen) {
    return world.write([&](db::Tx& tx) { return store::save_marker(tx, alice.id, timeline, id, seen); });
  };
  world.read([&](db::Tx& tx) { CHECK(store::list_markers(tx, alice.id, both).empty()); });
  CHECK_FALSE(save("home", 5, 1));  // what was seen has gone
  const auto first = save("home", 5, 0);
  REQUIRE(first);
  CHECK(first->version == 1);
  CHECK_FALSE(save("home", 6, 0));  // somebody else has made it meanwhile
  world.clock.advance(std::chrono::minutes(1));
  const auto second = save("home", 9, 1);
  REQUIRE(second);
  CHECK(second->version == 2);
  CHECK(second->last_read_id == 9);
  CHECK(second->updated_at == world.clock.now());
  CHECK_FALSE(save("home", 10, 1));  // or changed it
  REQUIRE(save("notifications", 7, 0));
  world.read([&](db::Tx& tx) {
    const auto list = store::list_markers(tx, alice.id, both);
    REQUIRE(list.size() == 2);
    CHECK((list[0].timeline == "home" && list[0].last_read_id == 9));
    CHECK((list[1].timeline == "notifications" && list[1].version == 1));
    CHECK(store::list_markers(tx, alice.id, std::vector<std::string>{"home"}).size() == 1);
  });
}
