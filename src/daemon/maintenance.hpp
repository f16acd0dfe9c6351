#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/jobs/queue.hpp"
#include "dunlin/service/remote_media.hpp"

#include <chrono>
#include <stop_token>
#include <string_view>

namespace dunlin::daemon {

struct PurgeLimits {
  int batch = 1000;   // rows of a transaction
  int batches = 100;  // of one kind in a run; the rest follows within a minute
  /// After so long each kind that is left gets one batch more: the run holds a thread that deliveries need.
  std::chrono::milliseconds time{10'000};
  std::stop_token stop{};  // what is left waits for the next start
};

/// The hourly job that removes what has lived its time, in bounded steps, and enqueues itself again. `payload`: where
/// the last one stopped looking at sets of receivers; "" = begin with the first. Errors: none; what fails is tried
/// again the next time.
Result<void> run_purge(db::Session& session, const jobs::Queue& queue, std::string_view payload,
                       const PurgeLimits& limits = {});
/// Drops files that nothing names any more, step by step through all of them.
Result<void> run_drop_files(db::Session& session, service::RemoteMediaService& media, const jobs::Queue& queue,
                            std::string_view after);
/// At start: makes sure that one purge waits.
void enqueue_purge(db::Tx& tx, const jobs::Queue& queue, Time at);

}  // namespace dunlin::daemon
