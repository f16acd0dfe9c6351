#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/jobs/job.hpp"
#include "dunlin/jobs/wake_up.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace dunlin::jobs {

/// The durable queue. At least once: handlers are idempotent, and a job whose worker died runs again when its lease has
/// lapsed. Stateless but for the wake-up; any thread may call, each with its own Tx.
class Queue {
 public:
  /// nullptr: nobody in this process works on jobs (the command line).
  explicit Queue(WakeUp* wake_up) : wake_up_(wake_up) {}

  /// Part of the transaction that causes it.
  void enqueue(db::Tx& tx, const NewJob& job) const;

 private:
  WakeUp* wake_up_;
};

inline constexpr int kClaimBatch = 50;

/// Due jobs of a lane, most urgent first; nobody else gets them before now + lease.
std::vector<Job> claim(db::Tx& tx, Lane lane, int limit, std::chrono::milliseconds lease);
/// These four take the job as it was claimed. Once somebody else has claimed it since our lease lapsed they do nothing;
/// false then.
/// Done: the row goes.
bool finish(db::Tx& tx, const Job& job);
bool retry(db::Tx& tx, const Job& job, std::string_view error, Time run_at);
/// Kept and listed until an admin requeues it or it is purged.
bool give_up(db::Tx& tx, const Job& job, std::string_view error);
/// Puts a claimed job back unharmed (shutdown): the attempt does not count.
bool put_back(db::Tx& tx, const Job& job);
/// When the lane has work next: a due job, a lapsing lease. nullopt: none is pending.
std::optional<Time> next_job_at(db::Tx& tx, Lane lane);

/// Newest first, ids below `before`.
std::vector<Job> list(db::Tx& tx, JobState state, int limit, std::optional<JobId> before = std::nullopt);
struct LaneCount {
  Lane lane;
  JobState state;
  std::int64_t jobs;
};
std::vector<LaneCount> count_jobs(db::Tx& tx);
/// false: not among the given-up ones.
bool requeue(db::Tx& tx, JobId id);
std::size_t requeue_all(db::Tx& tx);
std::size_t purge_given_up_jobs(db::Tx& tx, Time before);

/// The policy for jobs: exponential from 5 s to 1 h with jitter, nullopt after the 15th attempt. `random` in [0, 1).
std::optional<std::chrono::milliseconds> job_retry_delay(int attempts, double random);

}  // namespace dunlin::jobs
