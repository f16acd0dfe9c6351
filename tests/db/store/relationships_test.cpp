#include "dunlin/store/relationships.hpp"

#include "support/world.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <string>
#include <vector>

using namespace dunlin;
using test::World;

namespace {

model::Follow follow_of(World& world, const model::Account& who, const model::Account& target) {
  return {.id = world.ids.next<FollowId>(),
          .account_id = who.id,
          .target_account_id = target.id,
          .uri = "https://x.test/follow",
          .show_reblogs = false,
          .notify = true,
          .languages = std::vector<std::string>{"en", "de"},
          .created_at = world.clock.now()};
}

}  // namespace

TEST_CASE("a follow is counted on both sides, once", "[store][relationships]") {
  World world;
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  auto follow = follow_of(world, alice, bob);
  const auto upsert = [&] { return world.write([&](db::Tx& tx) { return store::upsert_follow(tx, follow); }); };
  CHECK(upsert());
  world.read([&](db::Tx& tx) {
    const auto found = store::find_follow(tx, alice.id, bob.id);
    REQUIRE(found);
    CHECK(found->id == follow.id);
    CHECK(found->uri == follow.uri);
    CHECK_FALSE(found->show_reblogs);
    CHECK(found->notify);
    CHECK(found->languages == follow.languages);
    CHECK(found->created_at == follow.created_at);
    CHECK(store::find_follow_by_uri(tx, *follow.uri, follow.account_id)->id == follow.id);
    CHECK_FALSE(store::find_follow(tx, bob.id, alice.id));
  });

  const auto first_id = follow.id;
  follow.id = world.ids.next<FollowId>();
  follow.uri = "https://x.test/again";
  follow.show_reblogs = true;
  follow.languages = std::nullopt;
  CHECK_FALSE(upsert());
  world.read([&](db::Tx& tx) {
    const auto found = store::find_follow(tx, alice.id, bob.id);
    CHECK(found->id == first_id);
    CHECK(found->uri == follow.uri);
    CHECK(found->show_reblogs);
    CHECK_FALSE(found->languages);
  });
  CHECK(world.reload(alice).following_count == 1);
  CHECK(world.reload(alice).followers_count == 0);
  CHECK(world.reload(bob).followers_count == 1);

  const auto remove = [&] {
    return world.write([&](db::Tx& tx) { return store::delete_follow(tx, alice.id, bob.id); });
  };
  const auto removed = remove();
  REQUIRE(removed);
  CHECK(removed->id == first_id);
  CHECK_FALSE(remove());
  CHECK(world.reload(alice).following_count == 0);
  CHECK(world.reload(bob).followers_count == 0);
}

TEST_CASE("a follow request is kept apart from follows", "[store][relationships]") {
  World world;
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const auto request = follow_of(world, alice, bob);
  CHECK(world.write([&](db::Tx& tx) { return store::upsert_follow_request(tx, request); }));
  CHECK_FALSE(world.write([&](db::Tx& tx) { return store::upsert_follow_request(tx, request); }));
  world.read([&](db::Tx& tx) {
    CHECK_FALSE(store::find_follow(tx, alice.id, bob.id));
    CHECK(store::find_follow_request(tx, alice.id, bob.id)->id == request.id);
    CHECK(store::find_follow_request_by_uri(tx, *request.uri, request.account_id)->id == request.id);
    CHECK(store::count_follow_requests(tx, bob.id) == 1);
    CHECK(store::count_follow_requests(tx, alice.id) == 0);
  });
  CHECK(world.reload(bob).followers_count == 0);
  CHECK(world.write([&](db::Tx& tx) { return store::delete_follow_request(tx, alice.id, bob.id); }));
  CHECK_FALSE(world.write([&](db::Tx& tx) { return store::delete_follow_request(tx, alice.id, bob.id); }));
}

TEST_CASE("a block counts in both directions, a mute in one and until it ends", "[store][relationships]") {
  World world;
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const auto is_blocked = [&](AccountId a, AccountId b) {
    return world.read([&](db::Tx& tx) { return store::is_blocked(tx, a, b); });
  };
  const auto is_muted = [&](AccountId a, AccountId b) {
    return world.read([&](db::Tx& tx) { return store::is_muted(tx, a, b); });
  };
  CHECK_FALSE(is_blocked(alice.id, bob.id));
  CHECK(world.write([&](db::Tx& tx) { return store::insert_block(tx, alice.id, bob.id, 1, "https://x.test/b"); }));
  CHECK_FALSE(world.write([&](db::Tx& tx) { return store::insert_block(tx, alice.id, bob.id, 2, std::nullopt); }));
  CHECK(is_blocked(alice.id, bob.id));
  CHECK(is_blocked(bob.id, alice.id));
  CHECK_FALSE(world.write([&](db::Tx& tx) { return store::delete_block(tx, bob.id, alice.id); }));
  CHECK(world.write([&](db::Tx& tx) { return store::delete_block(tx, alice.id, bob.id); }));
  CHECK_FALSE(is_blocked(alice.id, bob.id));

  world.mute(alice, bob, true, std::chrono::minutes(5));
  CHECK(is_muted(alice.id, bob.id));
  CHECK_FALSE(is_muted(bob.id, alice.id));
  world.clock.advance(std::chrono::minutes(5));
  CHECK_FALSE(is_muted(alice.id, bob.id));
}

TEST_CASE("relationships come in the order asked, in one statement", "[store][relationships]") {
  World world;
  const auto viewer = world.local_account("viewer");
  const auto a = world.local_account("a");
  const auto b = world.local_account("b");
  const auto c = world.local_account("c");
  world.write([&](db::Tx& tx) { store::upsert_follow(tx, follow_of(world, viewer, a)); });
  world.follow(a, viewer);
  world.block(viewer, b);
  world.block(c, viewer);
  world.mute(viewer, c, false, std::chrono::hours(1));
  world.write([&](db::Tx& tx) {
    store::upsert_follow_request(tx, follow_of(world, viewer, c));
    store::upsert_follow_request(tx, follow_of(world, b, viewer));
  });

  const std::vector ids{c.id, AccountId{12345}, a.id, b.id, viewer.id};
  const auto before = world.session().statement_count();
  const auto list = world.read([&](db::Tx& tx) { return store::list_relationships(tx, viewer.id, ids); });
  CHECK(world.session().statement_count() - before == 1);
  REQUIRE(list.size() == 4);
  CHECK(list[0].account_id == c.id);
  CHECK((list[0].blocked_by && !list[0].blocking && list[0].muting && !list[0].muting_notifications));
  CHECK(list[0].muting_expires_at);
  CHECK((list[0].requested && !list[0].requested_by && !list[0].following));
  CHECK(list[1].account_id == a.id);
  CHECK((list[1].following && !list[1].showing_reblogs && list[1].notifying && list[1].followed_by));
  CHECK(list[1].languages == std::vector<std::string>{"en", "de"});
  CHECK(list[2].account_id == b.id);
  CHECK((list[2].blocking && !list[2].blocked_by && list[2].requested_by && !list[2].muting));
  CHECK(list[3].account_id == viewer.id);
  CHECK_FALSE(list[3].following);
}

TEST_CASE("followers, following and requests are paged by their rows", "[store][relationships][paging]") {
  World world;
  const auto center = world.local_account("center");
  std::vector<model::Account> people;
  for (const auto* name : {"a", "b", "c", "d", "e"}) {
    people.push_back(world.local_account(name));
    world.follow(people.back(), center);
    world.follow(center, people.back());
    world.write([&](db::Tx& tx) { store::upsert_follow_request(tx, follow_of(world, people.back(), center)); });
  }
  world.suspend(people[2]);

  const auto check = [&](const std::function<std::vector<store::AccountRef>(db::Tx&, const model::Page&)>& list) {
    const auto get = [&](const model::Page& page) { return world.read([&](db::Tx& tx) { return list(tx, page); }); };
    const auto ids = [&](const model::Page& page) {
      std::vector<AccountId> out;
      for (const auto& ref : get(page)) out.push_back(ref.account_id);
      return out;
    };
    CHECK(ids({}) == std::vector{people[4].id, people[3].id, people[1].id, people[0].id});
    const auto all = get({});
    REQUIRE(all.size() == 4);
    CHECK(ids(test::below(all[1].row_id, 1)) == std::vector{people[1].id});
    CHECK(ids(test::above(all[3].row_id, 2)) == std::vector{people[4].id, people[3].id});
    CHECK(ids(test::right_above(all[3].row_id, 2)) == std::vector{people[3].id, people[1].id});
  };
  check([&](db::Tx& tx, const model::Page& page) { return store::list_followers(tx, center.id, page); });
  check([&](db::Tx& tx, const model::Page& page) { return store::list_following(tx, center.id, page); });
  check([&](db::Tx& tx, const model::Page& page) { return store::list_follow_requests(tx, center.id, page); });
  CHECK(world.read([&](db::Tx& tx) { return store::count_follow_requests(tx, center.id); }) == 4);
}

TEST_CASE("follower inboxes are listed once each, in batches", "[store][relationships]") {
  World world;
  const auto author = world.local_account("author");
  const auto local = world.local_account("local");
  const auto a1 = world.remote_account("a1", "a.test", {.shared_inbox_url = "https://a.test/inbox"});
  const auto a2 = world.remote_account("a2", "a.test", {.shared_inbox_url = "https://a.test/inbox"});
  const auto b = world.remote_account("b", "b.test");
  const auto gone = world.remote_account("gone", "c.test");
  for (const auto& follower : {b, a2, a1, gone}) world.follow(follower, author);
  world.suspend(gone);
  world.read([&](db::Tx& tx) {
    CHECK(store::list_follower_inboxes(tx, author.id, "", 10) ==
          std::vector<std::string>{"https://a.test/inbox", b.inbox_url});
    CHECK(store::list_follower_inboxes(tx, author.id, "", 1) == std::vector<std::string>{"https://a.test/inbox"});
    CHECK(store::list_follower_inboxes(tx, author.id, "https://a.test/inbox", 10) ==
          std::vector<std::string>{b.inbox_url});
    CHECK(store::list_follower_inboxes(tx, author.id, b.inbox_url, 10).empty());
    CHECK_FALSE(store::has_local_follower(tx, author.id));
  });
  world.follow(local, author);
  CHECK(world.read([&](db::Tx& tx) { return store::has_local_follower(tx, author.id); }));
}
