#include "fixture.hpp"

using namespace dunlin;
using namespace dunlin::jobs;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> payloads(const std::vector<Job>& jobs) {
  std::vector<std::string> result;
  for (const auto& job : jobs) result.push_back(job.payload);
  return result;
}

using Texts = std::vector<std::string>;

struct World : QueueWorld {
  void enqueue(NewJob job) {
    write([&](db::Tx& tx) { queue.enqueue(tx, job); });
  }
  std::vector<Job> claim_all(Lane lane = Lane::ingress) {
    return write([&](db::Tx& tx) { return claim(tx, lane, kClaimBatch, 60s); });
  }
};

}  // namespace

TEST_CASE_METHOD(World, "a job commits with its cause and wakes its lane then", "[jobs]") {
  const auto refused = database.session().write([&](db::Tx& tx) -> Result<void> {
    queue.enqueue(tx, {.kind = kProcessActivity, .payload = "1"});
    return fail(Errc::invalid, "rolled back");
  });
  CHECK(!refused);
  CHECK(woken.lanes.empty());
  CHECK(claim_all().empty());

  enqueue({.kind = kProcessActivity, .payload = "2"});
  CHECK(woken.lanes == std::vector{Lane::ingress});
  CHECK(payloads(claim_all()) == Texts{"2"});
}

TEST_CASE_METHOD(World, "jobs come by lane, priority and time, and not before they are due", "[jobs]") {
  enqueue({.kind = kProcessActivity, .payload = "later", .run_at = clock.now() + 1min});
  enqueue({.kind = kProcessActivity, .payload = "second"});
  enqueue({.kind = kPurge});
  enqueue({.kind = kProcessActivity, .payload = "urgent", .priority = -1});
  CHECK(payloads(claim_all()) == Texts{"urgent", "second"});
  CHECK(claim_all(Lane::maintenance).size() == 1);
  CHECK(write([&](db::Tx& tx) { return next_job_at(tx, Lane::ingress); }) == clock.now() + 1min);
  clock.time += 60s;
  CHECK(payloads(claim_all()) == Texts{"urgent", "second", "later"});  // the leases have lapsed, too
}

TEST_CASE_METHOD(World, "a claimed job is nobody else's until its lease lapses", "[jobs]") {
  for (int i = 0; i < 3; ++i) enqueue({.kind = kProcessActivity, .payload = std::to_string(i)});
  const auto other = database.new_session();
  const auto both = write([&](db::Tx& tx) {
    auto ours = claim(tx, Lane::ingress, 2, 60s);
    // The rows are locked, not yet committed: the other worker passes them by.
    const auto theirs =
        other->write([&](db::Tx& rival) -> Result<std::vector<Job>> { return claim(rival, Lane::ingress, 10, 60s); });
    return std::pair(std::move(ours), theirs.value());
  });
  CHECK(payloads(both.first) == Texts{"0", "1"});
  CHECK(payloads(both.second) == Texts{"2"});
  CHECK(claim_all().empty());
  clock.time += 60s;
  const auto again = claim_all();
  CHECK(again.size() == 3);
  CHECK(again[0].attempts == 2);
}

TEST_CASE_METHOD(World, "whose lease has lapsed takes nothing from who has the job by now", "[jobs]") {
  enqueue({.kind = kProcessActivity, .payload = "1"});
  const auto lapsed = claim_all();
  clock.time += 1h;
  const auto running = claim_all();
  REQUIRE(running.size() == 1);
  write([&](db::Tx& tx) {
    CHECK_FALSE(finish(tx, lapsed[0]));
    CHECK_FALSE(retry(tx, lapsed[0], "late", clock.now()));
    CHECK_FALSE(put_back(tx, lapsed[0]));
    CHECK_FALSE(give_up(tx, lapsed[0], "late"));
  });
  CHECK(claim_all().empty());
  CHECK(write([&](db::Tx& tx) { return list(tx, JobState::given_up, 10); }).empty());
  write([&](db::Tx& tx) { retry(tx, running[0], "flaky", clock.now()); });
  CHECK(claim_all().size() == 1);
}

TEST_CASE_METHOD(World, "a unique key holds until the job begins", "[jobs]") {
  const NewJob job{.kind = kPurge, .unique_key = "daily"};
  enqueue(job);
  enqueue(job);
  CHECK(woken.lanes.size() == 1);
  const auto first = claim_all(Lane::maintenance);
  CHECK(first.size() == 1);
  enqueue(job);  // about a change that the running one may not have seen
  write([&](db::Tx& tx) { retry(tx, first[0], "later", clock.now()); });
  CHECK(claim_all(Lane::maintenance).size() == 2);
}

TEST_CASE_METHOD(World, "finished jobs go, retried ones wait, given-up ones stay and can be requeued", "[jobs]") {
  for (const char* payload : {"done", "retried", "given up"}) enqueue({.kind = kProcessActivity, .payload = payload});
  const auto jobs = claim_all();
  REQUIRE(jobs.size() == 3);
  write([&](db::Tx& tx) {
    finish(tx, jobs[0]);
    retry(tx, jobs[1], "flaky", clock.now() + 5s);
    give_up(tx, jobs[2], "hopeless");
  });
  clock.time += 1min;
  CHECK(payloads(claim_all()) == Texts{"retried"});
  const auto given_up = write([&](db::Tx& tx) { return list(tx, JobState::given_up, 10); });
  REQUIRE(payloads(given_up) == Texts{"given up"});
  CHECK(given_up[0].last_error == "hopeless");
  CHECK(write([&](db::Tx& tx) { return count_jobs(tx).size(); }) == 2);
  CHECK(!write([&](db::Tx& tx) { return requeue(tx, jobs[1].id); }));
  CHECK(write([&](db::Tx& tx) { return requeue(tx, jobs[2].id); }));
  CHECK(payloads(claim_all()) == Texts{"given up"});
}

TEST_CASE_METHOD(World, "a job put back at shutdown loses no attempt", "[jobs]") {
  enqueue({.kind = kProcessActivity, .payload = "1"});
  const auto jobs = claim_all();
  write([&](db::Tx& tx) { put_back(tx, jobs[0]); });
  const auto again = claim_all();
  REQUIRE(again.size() == 1);
  CHECK(again[0].attempts == 1);
}

TEST_CASE_METHOD(World, "given-up jobs are purged by age", "[jobs]") {
  enqueue({.kind = kProcessActivity, .payload = "1"});
  const auto jobs = claim_all();
  write([&](db::Tx& tx) { give_up(tx, jobs[0], "hopeless"); });
  CHECK(write([&](db::Tx& tx) { return purge_given_up_jobs(tx, clock.now()); }) == 0);
  clock.time += 1s;
  CHECK(write([&](db::Tx& tx) { return purge_given_up_jobs(tx, clock.now()); }) == 1);
}
