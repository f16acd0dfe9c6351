#pragma once

#include "support/api_client.hpp"

#include "dunlin/jobs/queue.hpp"

#include <stdexcept>

namespace dunlin::test {

/// Runs the jobs of statuses that are due, as the daemon would; returns how many.
inline int run_status_jobs(Api& api) {
  auto& world = api.world;
  const auto due = world.write(
      [&](db::Tx& tx) { return jobs::claim(tx, jobs::Lane::feed, jobs::kClaimBatch, std::chrono::minutes(5)); });
  for (const auto& job : due) {
    const auto done = world.session().write([&](db::Tx& tx) -> Result<void> {
      service::RemoteDocuments documents;
      auto& services = api.services();
      if (job.kind == service::kEndPoll.name) TRY_VOID(services.polls.end(tx, documents, *PollId::parse(job.payload)));
      if (job.kind == service::kExpireStatus.name)
        TRY_VOID(services.statuses.expire(tx, *StatusId::parse(job.payload)));
      if (job.kind == service::kPublishScheduled.name) {
        TRY_VOID(services.scheduled_statuses.publish(tx, documents, *StatusId::parse(job.payload)));
      }
      jobs::finish(tx, job);
      return {};
    });
    if (!done) throw std::runtime_error("a job failed: " + done.error().message);
  }
  return static_cast<int>(due.size());
}

}  // namespace dunlin::test
