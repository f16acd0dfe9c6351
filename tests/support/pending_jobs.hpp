#pragma once

#include "support/world.hpp"

#include "dunlin/jobs/queue.hpp"

#include <string>
#include <vector>

namespace dunlin::test {

/// The payloads of the pending jobs of one kind, newest first.
inline std::vector<std::string> pending_jobs(World& world, const jobs::Kind& kind) {
  std::vector<std::string> payloads;
  for (const auto& job : world.read([](db::Tx& tx) { return jobs::list(tx, jobs::JobState::pending, 1000); })) {
    if (job.kind == kind.name) payloads.push_back(job.payload);
  }
  return payloads;
}

}  // namespace dunlin::test
