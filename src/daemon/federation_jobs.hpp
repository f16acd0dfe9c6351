#pragma once

#include "job_queue.hpp"

#include "dunlin/service/environment.hpp"
#include "dunlin/service/services.hpp"

namespace dunlin::daemon {

/// What is done with what other servers send, and what is sent to them.
void register_federation_jobs(JobQueue& queue, service::Environment& env, service::Services& services);

}  // namespace dunlin::daemon
