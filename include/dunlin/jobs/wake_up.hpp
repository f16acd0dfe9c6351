#pragma once

#include "dunlin/jobs/job.hpp"

namespace dunlin::jobs {

/// Told after a commit that there is new work, so that nobody has to poll for what this process itself enqueued. Called
/// on the thread that committed; must not block or throw. Work of other processes is found by polling.
class WakeUp {
 public:
  virtual ~WakeUp() = default;
  virtual void jobs_ready(Lane lane) = 0;
  virtual void deliveries_ready() = 0;
};

}  // namespace dunlin::jobs
