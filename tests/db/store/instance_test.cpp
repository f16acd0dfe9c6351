#include "dunlin/store/instance.hpp"

#include "support/world.hpp"

#include "dunlin/store/accounts.hpp"
#include "dunlin/store/activities.hpp"
#include "dunlin/store/statuses.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace dunlin;
using test::World;

namespace {

const db::Statement kReadWhole{"instance_test.read_whole", R"sql(
SELECT coalesce(seq_scan, 0) FROM pg_stat_xact_user_tables WHERE relname = 'waiting_activities')sql"};

}  // namespace

TEST_CASE("the instance counts its own people and statuses in one statement", "[store][instance]") {
  World world;
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const auto gone = world.local_account("gone");
  const auto remote = world.remote_account("remote", "a.test");
  world.remote_account("another", "a.test");
  const auto of_remote = world.status(remote);
  world.status(alice, {.reply_to = of_remote});
  const auto deleted = world.status(bob, {.reply_to = of_remote});
  world.status(bob);
  world.status(gone);
  world.suspend(gone);
  world.write([&](db::Tx& tx) { store::delete_status(tx, deleted); });
  const auto touch = [&](const model::Account& a) {
    const auto id = world.user_of(a).id;
    world.write([&](db::Tx& tx) { store::touch_user_activity(tx, id); });
  };
  touch(bob);
  world.clock.advance(std::chrono::hours(24 * 60));
  touch(alice);
  touch(alice);

  const auto before = world.session().statement_count();
  const auto counts = world.read([](db::Tx& tx) { return store::count_instance(tx); });
  CHECK(world.session().statement_count() - before == 1);
  CHECK(counts.users == 2);
  CHECK(counts.active_month == 1);
  CHECK(counts.active_half_year == 2);
  CHECK(counts.local_statuses == 2);
  CHECK(counts.local_replies == 1);
  CHECK(counts.domains == 1);
}

TEST_CASE("custom emojis are the local, enabled ones", "[store][instance]") {
  World world;
  world.db.run(R"sql(
    INSERT INTO custom_emojis (id, shortcode, domain, url, static_url, category, visible_in_picker, disabled, created_at,
                               updated_at)
    VALUES (1, 'wader', NULL, 'u', 's', 'birds', false, false, now(), now()),
           (2, 'auk', NULL, 'u', 's', NULL, true, false, now(), now()),
           (3, 'off', NULL, 'u', 's', NULL, true, true, now(), now()),
           (4, 'auk', 'a.test', 'u', 's', NULL, true, false, now(), now()))sql");
  const auto list = world.read([](db::Tx& tx) { return store::list_custom_emojis(tx); });
  REQUIRE(list.size() == 2);
  CHECK((list[0].shortcode == "auk" && !list[0].category && list[0].visible_in_picker));
  CHECK((list[1].shortcode == "wader" && list[1].category == "birds" && !list[1].visible_in_picker));
}

TEST_CASE("tags are searched by the beginning of the folded name, most used first", "[store][tags]") {
  World world;
  const auto alice = world.local_account("alice");
  world.status(alice, {.tags = {"Bird", "birdwatching", "bear"}});
  world.status(alice, {.tags = {"BirdWatching", "birdsong"}});
  world.status(alice, {.tags = {"birdsong"}});
  world.status(alice, {.tags = {"birdsong"}});
  const auto names = [&](std::string_view prefix, int limit = 10, int offset = 0) {
    std::vector<std::string> out;
    for (const auto& tag : world.read([&](db::Tx& tx) { return store::search_tags(tx, prefix, limit, offset); }))
      out.push_back(tag.name);
    return out;
  };
  CHECK(names("bird") == std::vector<std::string>{"bird", "birdsong", "birdwatching"});
  CHECK(names("bird", 1, 1) == std::vector<std::string>{"birdsong"});
  CHECK(names("birdw") == std::vector<std::string>{"birdwatching"});
  CHECK(names("%").empty());
  CHECK(names("").empty());
  const auto first = world.read([&](db::Tx& tx) { return store::search_tags(tx, "bird", 1, 0); });
  CHECK(first.at(0).display_name == "Bird");
}

TEST_CASE("an activity is taken in once and processed once", "[store][activities]") {
  World world;
  const auto remote = world.remote_account("remote", "a.test");
  const store::InboundActivity activity{.id = ActivityId{1},
                                        .uri = "https://a.test/1",
                                        .signer_id = remote.id,
                                        .host = "a.test",
                                        .type = "Follow",
                                        .body = R"({"type":"Follow"})"};
  const auto insert = [&](store::InboundActivity a) {
    return world.write([&](db::Tx& tx) { return store::insert_inbound_activity(tx, a); });
  };
  CHECK(insert(activity));
  auto again = activity;
  again.id = ActivityId{2};
  CHECK_FALSE(insert(again));
  again.uri = std::nullopt;
  CHECK(insert(again));
  again.id = ActivityId{3};
  CHECK(insert(again));

  world.read([&](db::Tx& tx) {
    const auto found = store::find_unprocessed_activity(tx, ActivityId{1});
    REQUIRE(found);
    CHECK(found->uri == activity.uri);
    CHECK(found->signer_id == remote.id);
    CHECK(found->host == "a.test");
    CHECK(found->type == "Follow");
    CHECK(found->body == activity.body);
    CHECK_FALSE(store::find_unprocessed_activity(tx, ActivityId{9}));
  });
  world.write([&](db::Tx& tx) { store::record_verdict(tx, {.id = ActivityId{1}}); });
  world.read([&](db::Tx& tx) { CHECK_FALSE(store::find_unprocessed_activity(tx, ActivityId{1})); });

  const auto purge = [&](Time before) {
    return world.write([&](db::Tx& tx) { return store::purge_inbound_activities(tx, before, 10); });
  };
  CHECK(purge(world.clock.now()) == 0);
  CHECK(purge(world.clock.now() + std::chrono::seconds(1)) == 1);  // the others wait for their job
}

TEST_CASE("the oldest that wait are found without reading all, also when none waited before", "[store][activities]") {
  World world;
  const auto fill = [&] {
    world.db.run(
        "INSERT INTO waiting_activities (id, signer_id, host, type, body, received_at)"
        " SELECT i, 1, 'a.test', 'Like', '{}', now() FROM generate_series(1, 500) i");
  };
  const auto take = [&](std::size_t expected) {
    world.write([&](db::Tx& tx) {
      const auto taken = store::take_waiting_activities(tx, 50);
      REQUIRE(taken.size() == expected);
      for (std::size_t i = 0; i < taken.size(); ++i) {
        CHECK(taken[i].activity.id.value == static_cast<std::int64_t>(i) + 1);
      }
      CHECK(tx.exec(kReadWhole)[0].i64(0) == 0);
    });
  };
  fill();
  world.db.run("DELETE FROM waiting_activities");
  world.db.run("VACUUM (ANALYZE) waiting_activities");
  take(0);  // planned now
  fill();
  take(50);
}

TEST_CASE("a tombstone by one actor counts for what that actor sends", "[store][tombstones]") {
  World world;
  const auto in_a_year = world.clock.now() + std::chrono::hours(24 * 365);
  const std::string eve = "https://a.test/eve";
  const std::string mara = "https://a.test/mara";
  const auto put = [&](const std::string& uri, const std::string& by) {
    world.write([&](db::Tx& tx) { store::insert_tombstone(tx, uri, in_a_year, by); });
    world.clock.advance(std::chrono::seconds(1));
  };
  const auto there = [&](const std::string& uri, const std::string& actor) {
    return world.read([&](db::Tx& tx) { return store::is_tombstoned(tx, uri, actor); });
  };
  put("https://a.test/1", eve);
  CHECK(there("https://a.test/1", eve));
  CHECK_FALSE(there("https://a.test/1", mara));
  CHECK_FALSE(there("https://a.test/1", ""));
  put("https://a.test/1", mara);
  CHECK(there("https://a.test/1", mara));
  put("https://a.test/2", "");
  CHECK(there("https://a.test/2", mara));
  CHECK(there("https://a.test/2", ""));
  // Too many: the oldest go, and none of those that count for everybody.
  put("https://a.test/3", eve);
  CHECK(world.write([](db::Tx& tx) { return store::purge_early_tombstones(tx, 2, 10); }) == 1);
  CHECK_FALSE(there("https://a.test/1", eve));
  CHECK(there("https://a.test/1", mara));
  CHECK(world.write([](db::Tx& tx) { return store::purge_early_tombstones(tx, 0, 1); }) == 1);
  CHECK(world.write([](db::Tx& tx) { return store::purge_early_tombstones(tx, 0, 10); }) == 1);
  CHECK(there("https://a.test/2", eve));
  // Nor what was here and is gone: that one has no end.
  world.write([&](db::Tx& tx) { store::insert_tombstone(tx, "https://a.test/4", std::nullopt, eve); });
  CHECK(world.write([](db::Tx& tx) { return store::purge_early_tombstones(tx, 0, 10); }) == 0);
  CHECK(there("https://a.test/4", eve));
  CHECK_FALSE(there("https://a.test/4", mara));
}

TEST_CASE("a tombstone lives as long as the longest that was asked", "[store][tombstones]") {
  World world;
  const auto start = world.clock.now();
  const auto put = [&](std::optional<Time> until) {
    world.write([&](db::Tx& tx) { store::insert_tombstone(tx, "https://a.test/1", until); });
  };
  const auto there = [&] {
    return world.read([&](db::Tx& tx) { return store::is_tombstoned(tx, "https://a.test/1"); });
  };
  CHECK_FALSE(there());
  put(start + std::chrono::hours(2));
  put(start + std::chrono::hours(1));
  world.clock.advance(std::chrono::hours(1));
  CHECK(there());
  world.clock.advance(std::chrono::hours(1));
  CHECK_FALSE(there());
  CHECK(world.write([](db::Tx& tx) { return store::purge_tombstones(tx, 100); }) == 1);
  put(std::nullopt);
  put(start);
  world.clock.advance(std::chrono::hours(24 * 365));
  CHECK(there());
  CHECK(world.write([](db::Tx& tx) { return store::purge_tombstones(tx, 100); }) == 0);
  CHECK(world.write([](db::Tx& tx) { return store::purge_early_tombstones(tx, 0, 100); }) == 0);
}
