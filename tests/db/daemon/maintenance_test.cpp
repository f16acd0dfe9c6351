#include "maintenance.hpp"

#include "support/pending_jobs.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace dunlin;
using Payloads = std::vector<std::string>;

TEST_CASE("the hourly purge looks at some sets of receivers, the next one at those that follow", "[daemon][purge]") {
  test::World world;
  const jobs::Queue queue(nullptr);
  const db::Statement insert{"maintenance_test.insert_sets", R"sql(
    INSERT INTO receiver_sets (digest, inboxes, created_at)
    SELECT decode(md5(n::text), 'hex'), '{}', '2000-01-01' FROM generate_series(1, 10001) n)sql"};
  const db::Statement count{"maintenance_test.count_sets", "SELECT count(*) FROM receiver_sets"};
  world.write([&](db::Tx& tx) { tx.exec(insert); });
  const auto purge = [&](const std::string& payload) {
    world.write([&](db::Tx& tx) { daemon::run_purge(tx, queue, payload).value(); });
    return world.read([&](db::Tx& tx) { return tx.exec(count)[0].i64(0); });
  };
  CHECK(purge("") == 1);
  CHECK(test::pending_jobs(world, jobs::kPurge) == Payloads{"10000"});
  world.write([&](db::Tx& tx) { daemon::enqueue_purge(tx, queue, tx.now()); });  // a start changes nothing
  CHECK(test::pending_jobs(world, jobs::kPurge) == Payloads{"10000"});
  world.clock.advance(std::chrono::hours(2));
  world.write([](db::Tx& tx) { jobs::claim(tx, jobs::Lane::maintenance, 10, std::chrono::seconds(30)); });
  CHECK(purge("10000") == 0);
  CHECK(test::pending_jobs(world, jobs::kPurge).front().empty());  // from the beginning again
}
