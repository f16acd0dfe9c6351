#include "dunlin/jobs/queue.hpp"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

namespace dunlin::jobs {

namespace {

const db::Statement kEnqueue{"queue.enqueue", R"sql(
  INSERT INTO jobs (kind, payload, lane, priority, run_at, unique_key, created_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7)
  ON CONFLICT (kind, unique_key) WHERE state = 0 AND unique_key IS NOT NULL DO NOTHING)sql"};

// The key ends here: what is enqueued while the job runs may be about a change that it has not seen.
const db::Statement kClaim{"queue.claim", R"sql(
  UPDATE jobs SET lease_until = $4, attempts = attempts + 1, unique_key = NULL
  WHERE id = ANY (ARRAY(
    SELECT id FROM jobs
    WHERE lane = $1 AND state = 0 AND run_at <= $2 AND (lease_until IS NULL OR lease_until <= $2)
    ORDER BY priority, run_at, id LIMIT $3 FOR UPDATE SKIP LOCKED))
  RETURNING id, kind, payload, lane, attempts, run_at, created_at, last_error, priority)sql"};

// Each claim counts one attempt more: the number tells one run from the next, which may have begun when a lease lapsed.
#define DUNLIN_STILL_OURS " WHERE id = $1 AND state = 0 AND attempts = $2"

const db::Statement kFinish{"queue.finish", "DELETE FROM jobs" DUNLIN_STILL_OURS};

const db::Statement kRetry{"queue.retry",
                           "UPDATE jobs SET lease_until = NULL, last_error = $3, run_at = $4" DUNLIN_STILL_OURS};

const db::Statement kGiveUp{
    "queue.give_up", "UPDATE jobs SET state = 1, lease_until = NULL, last_error = $3, run_at = $4" DUNLIN_STILL_OURS};

const db::Statement kPutBack{"queue.put_back",
                             "UPDATE jobs SET lease_until = NULL, attempts = attempts - 1" DUNLIN_STILL_OURS};

const db::Statement kNext{"queue.next_job_at",
                          "SELECT min(GREATEST(run_at, lease_until)) FROM jobs WHERE lane = $1 AND state = 0"};

const db::Statement kList{"queue.list", R"sql(
  SELECT id, kind, payload, lane, attempts, run_at, created_at, last_error, priority
  FROM jobs WHERE state = $1 AND id < $2 ORDER BY id DESC LIMIT $3)sql"};

const db::Statement kCount{"queue.count",
                           "SELECT lane, state, count(*) FROM jobs GROUP BY lane, state ORDER BY lane, state"};

const db::Statement kRequeue{"queue.requeue",
                             "UPDATE jobs SET state = 0, attempts = 0, run_at = $2 WHERE id = $1 AND state = 1"};

const db::Statement kRequeueAll{"queue.requeue_all",
                                "UPDATE jobs SET state = 0, attempts = 0, run_at = $1 WHERE state = 1"};

const db::Statement kPurgeGivenUp{"queue.purge", "DELETE FROM jobs WHERE state = 1 AND run_at < $1"};

Job read_job(const db::Row& row) {
  return {.id = row.id<JobId>(0),
          .kind = std::string(row.text(1)),
          .payload = std::string(row.text(2)),
          .lane = static_cast<Lane>(row.i32(3)),
          .attempts = row.i32(4),
          .run_at = row.time(5),
          .created_at = row.time(6),
          .last_error = row.opt_text(7)};
}

}  // namespace

void Queue::enqueue(db::Tx& tx, const NewJob& job) const {
  const auto run_at = job.run_at.value_or(tx.now());
  const auto rows = tx.exec(kEnqueue, {job.kind.name, job.payload, static_cast<int>(job.kind.lane), job.priority,
                                       run_at, job.unique_key, tx.now()});
  if (wake_up_ == nullptr || rows.affected() == 0 || run_at > tx.now()) return;
  wake_for_jobs(tx, *wake_up_, job.kind.lane);
}

std::vector<Job> claim(db::Tx& tx, Lane lane, int limit, std::chrono::milliseconds lease) {
  std::vector<std::pair<std::tuple<int, Time, JobId>, Job>> claimed;
  for (const auto row : tx.exec(kClaim, {static_cast<int>(lane), tx.now(), limit, tx.now() + lease})) {
    auto job = read_job(row);
    claimed.emplace_back(std::tuple(row.i32(8), job.run_at, job.id), std::move(job));
  }
  std::ranges::sort(claimed, {}, [](const auto& entry) { return entry.first; });
  std::vector<Job> jobs;
  jobs.reserve(claimed.size());
  for (auto& entry : claimed) jobs.push_back(std::move(entry.second));
  return jobs;
}

bool finish(db::Tx& tx, const Job& job) {
  return tx.exec(kFinish, {job.id, job.attempts}).affected() > 0;
}

bool retry(db::Tx& tx, const Job& job, std::string_view error, Time run_at) {
  return tx.exec(kRetry, {job.id, job.attempts, error, run_at}).affected() > 0;
}

bool give_up(db::Tx& tx, const Job& job, std::string_view error) {
  return tx.exec(kGiveUp, {job.id, job.attempts, error, tx.now()}).affected() > 0;
}

bool put_back(db::Tx& tx, const Job& job) {
  return tx.exec(kPutBack, {job.id, job.attempts}).affected() > 0;
}

std::optional<Time> next_job_at(db::Tx& tx, Lane lane) {
  return tx.exec(kNext, {static_cast<int>(lane)})[0].opt_time(0);
}

std::vector<Job> list(db::Tx& tx, JobState state, int limit, std::optional<JobId> before) {
  std::vector<Job> jobs;
  const auto below = before ? before->value : std::numeric_limits<std::int64_t>::max();
  for (const auto row : tx.exec(kList, {static_cast<int>(state), below, limit})) jobs.push_back(read_job(row));
  return jobs;
}

std::vector<LaneCount> count_jobs(db::Tx& tx) {
  std::vector<LaneCount> counts;
  for (const auto row : tx.exec(kCount)) {
    counts.push_back({static_cast<Lane>(row.i32(0)), static_cast<JobState>(row.i32(1)), row.i64(2)});
  }
  return counts;
}

bool requeue(db::Tx& tx, JobId id) {
  return tx.exec(kRequeue, {id, tx.now()}).affected() == 1;
}

std::size_t requeue_all(db::Tx& tx) {
  return tx.exec(kRequeueAll, {tx.now()}).affected();
}

std::size_t purge_given_up_jobs(db::Tx& tx, Time before) {
  return tx.exec(kPurgeGivenUp, {before}).affected();
}

}  // namespace dunlin::jobs
