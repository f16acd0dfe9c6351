#pragma once

#include "job_queue.hpp"

#include "dunlin/service/services.hpp"

namespace dunlin::daemon {

/// What becomes of statuses in time: polls end, posts for later are published, others delete themselves.
void register_status_jobs(JobQueue& queue, service::Services& services);

}  // namespace dunlin::daemon
