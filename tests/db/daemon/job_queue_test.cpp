#include "job_queue.hpp"

#include "support/world.hpp"

#include "dunlin/jobs/queue.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <optional>

namespace dunlin::daemon {

namespace {

constexpr jobs::Kind kWork{"work", jobs::Lane::feed};
const db::Statement kEffect{"job_queue_test.effect", "CREATE TABLE effect ()"};
const db::Statement kHasEffect{"job_queue_test.has_effect", "SELECT to_regclass('effect') IS NOT NULL"};

}  // namespace

// A lease that has lapsed: the next run is another attempt.
TEST_CASE("a job that another runs by now is neither ended nor put off by the run before", "[daemon][jobs]") {
  test::World world;
  const jobs::Queue queue{nullptr};
  JobQueue job_queue{std::chrono::seconds(1)};
  std::optional<jobs::Job> others;
  const auto overtake = [&](const jobs::Job& job) {
    world.db.run("UPDATE jobs SET lease_until = 'epoch'");
    auto session = world.db.new_session();
    others = job_queue.claim(*session, job.lane, 1).at(0);
  };
  if (GENERATE(true, false)) {
    job_queue.on_long(kWork.name, [&](db::Session&, service::RemoteDocuments&, const jobs::Job& job) -> Result<void> {
      overtake(job);
      return {};
    });
  } else {
    job_queue.on(kWork.name, [&](db::Tx&, service::RemoteDocuments&, const jobs::Job& job) -> Result<void> {
      overtake(job);
      return {};
    });
  }
  world.write([&](db::Tx& tx) { queue.enqueue(tx, {.kind = kWork, .payload = "x"}); });
  const auto claimed = job_queue.claim(world.session(), kWork.lane, 1);
  REQUIRE(claimed.size() == 1);
  service::RemoteDocuments documents;
  const auto done = job_queue.run(world.session(), claimed[0], documents);
  REQUIRE_FALSE(done);
  CHECK(done.error().code == Errc::conflict);
  job_queue.failed(world.session(), claimed[0], done.error());
  REQUIRE(others);
  CHECK(world.write([&](db::Tx& tx) { return jobs::finish(tx, *others); }));  // its lease is untouched
}

TEST_CASE("a job that outlives its lease, and is done by another meanwhile, leaves no trace", "[daemon][jobs]") {
  test::World world;
  const jobs::Queue queue{nullptr};
  JobQueue job_queue{std::chrono::seconds(1)};
  const bool overtaken = GENERATE(true, false);
  job_queue.on(kWork.name, [&](db::Tx& tx, service::RemoteDocuments&, const jobs::Job& job) -> Result<void> {
    if (overtaken) {
      CHECK(world.db.new_session()->write([&](db::Tx& other) -> Result<bool> { return jobs::finish(other, job); }));
    }
    tx.exec(kEffect);
    return {};
  });
  world.write([&](db::Tx& tx) { queue.enqueue(tx, {.kind = kWork, .payload = "x"}); });
  const auto claimed = job_queue.claim(world.session(), kWork.lane, 1);
  REQUIRE(claimed.size() == 1);
  service::RemoteDocuments documents;
  const auto done = job_queue.run(world.session(), claimed[0], documents);
  CHECK(done.has_value() == !overtaken);
  if (!done) {
    CHECK(done.error().code == Errc::conflict);
    job_queue.failed(world.session(), claimed[0], done.error());
  }
  CHECK(world.read([](db::Tx& tx) { return tx.exec(kHasEffect)[0].boolean(0); }) == !overtaken);
  CHECK(world.read([](db::Tx& tx) { return jobs::count_jobs(tx).empty(); }));
}

}  // namespace dunlin::daemon
