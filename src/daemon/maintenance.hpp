#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/jobs/queue.hpp"

namespace dunlin::daemon {

/// The hourly job that removes what has lived its time, in bounded steps, and enqueues itself again.
Result<void> run_purge(db::Tx& tx, const jobs::Queue& queue);
/// At start: makes sure that one such job waits.
void enqueue_purge(db::Tx& tx, const jobs::Queue& queue, Time at);

}  // namespace dunlin::daemon
