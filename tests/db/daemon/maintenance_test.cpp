#include "maintenance.hpp"

#include "support/pending_jobs.hpp"

#include "dunlin/store/activities.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <stop_token>
#include <string>
#include <vector>

namespace dunlin::daemon {

namespace {

using namespace std::chrono_literals;
using Payloads = std::vector<std::string>;

const db::Statement kCountActivities{"maintenance_test.activities", "SELECT count(*) FROM inbound_activities"};
const db::Statement kCountSets{"maintenance_test.sets", "SELECT count(*) FROM receiver_sets"};
const db::Statement kNextPurge{"maintenance_test.next", "SELECT run_at FROM jobs WHERE kind = 'purge'"};

struct Setup {
  test::World world;
  jobs::Queue queue{nullptr};

  /// As after a day without a server: all of it is due.
  void insert_old_activities(int count) {
    world.db.run(
        "INSERT INTO inbound_activities (id, signer_id, host, type, received_at, processed_at)"
        " SELECT i, 1, 'far.example', 'Like', 'epoch', 'epoch' FROM generate_series(1, " +
        std::to_string(count) + ") i");
  }
  std::int64_t activities() {
    return world.read([](db::Tx& tx) { return tx.exec(kCountActivities)[0].i64(0); });
  }
  /// When the next one runs, from now on.
  std::chrono::milliseconds purge(const PurgeLimits& limits) {
    REQUIRE(run_purge(world.session(), queue, "", limits));
    const auto next = world.read([](db::Tx& tx) { return tx.exec(kNextPurge)[0].time(0); });
    world.db.run("DELETE FROM jobs");
    return std::chrono::duration_cast<std::chrono::milliseconds>(next - world.clock.now());
  }
};

}  // namespace

TEST_CASE("the hourly purge looks at some sets of receivers, the next one at those that follow", "[daemon][purge]") {
  Setup f;
  f.world.db.run(
      "INSERT INTO receiver_sets (digest, inboxes, created_at)"
      " SELECT decode(md5(n::text), 'hex'), '{}', '2000-01-01' FROM generate_series(1, 41) n");
  const auto purge = [&](const std::string& payload) {
    REQUIRE(run_purge(f.world.session(), f.queue, payload, {.batch = 4}));
    return f.world.read([](db::Tx& tx) { return tx.exec(kCountSets)[0].i64(0); });
  };
  CHECK(purge("") == 1);
  CHECK(test::pending_jobs(f.world, jobs::kPurge) == Payloads{"40"});
  f.world.write([&](db::Tx& tx) { enqueue_purge(tx, f.queue, tx.now()); });  // a start changes nothing
  CHECK(test::pending_jobs(f.world, jobs::kPurge) == Payloads{"40"});
  f.world.db.run("DELETE FROM jobs");
  CHECK(purge("40") == 0);
  CHECK(test::pending_jobs(f.world, jobs::kPurge).front().empty());  // from the beginning again
}

TEST_CASE("a purge goes on in batches, and soon when a run was not enough", "[daemon][purge]") {
  Setup f;
  f.insert_old_activities(25);
  CHECK(f.purge({.batch = 4, .batches = 5}) == 1min);
  CHECK(f.activities() == 5);
  CHECK(f.purge({.batch = 4, .batches = 5}) == 1h);
  CHECK(f.activities() == 0);
}

TEST_CASE("a purge whose time is over gives each kind one batch, and goes on soon", "[daemon][purge]") {
  Setup f;
  f.insert_old_activities(25);
  f.world.write([](db::Tx& tx) { store::insert_tombstone(tx, "https://far.example/1", tx.now() - 1h); });
  CHECK(f.purge({.batch = 4, .time = 0ms}) == 1min);
  CHECK(f.activities() == 21);
  CHECK(f.world.write([](db::Tx& tx) { return store::purge_tombstones(tx, 10); }) == 0);  // it is gone already
}

TEST_CASE("a purge ends when the server stops, and keeps its place among the sets of receivers", "[daemon][purge]") {
  Setup f;
  f.insert_old_activities(5);
  std::stop_source stopping;
  stopping.request_stop();
  REQUIRE(run_purge(f.world.session(), f.queue, "40", {.stop = stopping.get_token()}));
  CHECK(f.activities() == 5);
  CHECK(test::pending_jobs(f.world, jobs::kPurge) == Payloads{"40"});
}

TEST_CASE("a purge that fails keeps neither the others nor its own next run", "[daemon][purge]") {
  Setup f;
  f.insert_old_activities(8);
  f.world.write([](db::Tx& tx) { store::insert_tombstone(tx, "https://far.example/1", tx.now() - 1h); });
  f.world.db.run(
      "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
      " $$ BEGIN RAISE EXCEPTION 'too long'; END $$;"
      "CREATE TRIGGER refuse BEFORE DELETE ON inbound_activities FOR EACH STATEMENT EXECUTE FUNCTION refuse()");
  CHECK(f.purge({}) == 1h);
  CHECK(f.activities() == 8);
  CHECK(f.world.write([](db::Tx& tx) { return store::purge_tombstones(tx, 10); }) == 0);  // it is gone already
}

TEST_CASE("sets of receivers that cannot be looked at do not keep the next purge", "[daemon][purge]") {
  Setup f;
  f.insert_old_activities(8);
  f.world.db.run(
      "INSERT INTO receiver_sets (digest, inboxes, created_at) VALUES ('x', '{}', '2000-01-01');"
      "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
      " $$ BEGIN RAISE EXCEPTION 'too long'; END $$;"
      "CREATE TRIGGER refuse BEFORE DELETE ON receiver_sets FOR EACH STATEMENT EXECUTE FUNCTION refuse()");
  CHECK(f.purge({}) == 1h);
  CHECK(f.activities() == 0);
}

}  // namespace dunlin::daemon
