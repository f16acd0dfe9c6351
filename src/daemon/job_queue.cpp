#include "job_queue.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/base/random.hpp"
#include "dunlin/jobs/queue.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace dunlin::daemon {

namespace {

constexpr std::chrono::minutes kLease{5};

double random_unit() {
  constexpr std::uint64_t kSteps = 1'000'000;
  return static_cast<double>(random_below(kSteps)) / static_cast<double>(kSteps);
}

/// For calls that cannot be refused.
template <class F>
void write(db::Session& session, F&& body) {
  std::ignore = session.write([&](db::Tx& tx) -> Result<void> {
    body(tx);
    return {};
  });
}

Result<void> end_job(db::Tx& tx, const jobs::Job& job) {
  if (!jobs::finish(tx, job)) return fail(Errc::conflict, "The job took too long and is another's by now");
  return {};
}

}  // namespace

std::vector<jobs::Job> JobQueue::claim(db::Session& session, jobs::Lane lane, int limit) {
  std::vector<jobs::Job> claimed;
  const std::chrono::milliseconds lease = lane == jobs::Lane::transcode ? kLease + longest_ : kLease;
  write(session, [&](db::Tx& tx) { claimed = jobs::claim(tx, lane, std::min(limit, jobs::kClaimBatch), lease); });
  return claimed;
}

Result<void> JobQueue::run(db::Session& session, const jobs::Job& job, service::RemoteDocuments& documents) {
  if (const auto handler = long_handlers_.find(job.kind); handler != long_handlers_.end()) {
    TRY_VOID(handler->second(session, documents, job));
    if (documents.wanted()) return {};
    return session.write([&](db::Tx& tx) { return end_job(tx, job); });
  }
  const auto handler = handlers_.find(job.kind);
  if (handler == handlers_.end()) return fail(Errc::internal, "no handler for jobs of kind " + job.kind);
  return session.write([&](db::Tx& tx) -> Result<void> {
    TRY_VOID(handler->second(tx, documents, job));
    return end_job(tx, job);
  });
}

void JobQueue::failed(db::Session& session, const jobs::Job& job, const Error& error) {
  const std::string reason = error.detail.empty() ? error.message : fmt::format("{} ({})", error.message, error.detail);
  const auto delay = jobs::job_retry_delay(job.attempts, random_unit());
  bool ours = false;
  write(session, [&](db::Tx& tx) {
    ours = delay ? jobs::retry(tx, job, reason, tx.now() + *delay) : jobs::give_up(tx, job, reason);
  });
  log::info(!ours   ? "job outlived its lease"
            : delay ? "job failed, will be retried"
                    : "job given up",
            {log::kv("job", job.id.str()), log::kv("kind", job.kind), log::kv("attempt", job.attempts),
             log::kv("error", reason)});
}

void JobQueue::put_back(db::Session& session, const jobs::Job& job) {
  write(session, [&](db::Tx& tx) { jobs::put_back(tx, job); });
}

std::optional<Time> JobQueue::next_job_at(db::Session& session, jobs::Lane lane) {
  std::optional<Time> at;
  std::ignore = session.read([&](db::Tx& tx) -> Result<void> {
    at = jobs::next_job_at(tx, lane);
    return {};
  });
  return at;
}

}  // namespace dunlin::daemon
