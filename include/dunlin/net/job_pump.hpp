#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/jobs/job.hpp"
#include "dunlin/net/application.hpp"
#include "dunlin/net/io_thread.hpp"
#include "dunlin/net/workers.hpp"
#include "dunlin/service/remote_documents.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace dunlin::net {

/// The job queue as the pump sees it. Everything runs on a worker; an exception from run() is a failure of the job, one
/// from the others (database gone) makes the pump wait and ask again.
class JobQueue {
 public:
  virtual ~JobQueue() = default;
  virtual std::vector<jobs::Job> claim(db::Session& session, jobs::Lane lane, int limit) = 0;
  /// The handler and the removal of the job, in one transaction. When `documents.wanted()` is set afterwards the result
  /// is thrown away, the document is fetched, and run() is called again.
  virtual Result<void> run(db::Session& session, const jobs::Job& job, service::RemoteDocuments& documents) = 0;
  /// Retry later or give up: by its policy.
  virtual void failed(db::Session& session, const jobs::Job& job, const Error& error) = 0;
  /// Not begun, or interrupted by our stop: the attempt does not count.
  virtual void put_back(db::Session& session, const jobs::Job& job) = 0;
  virtual std::optional<Time> next_job_at(db::Session& session, jobs::Lane lane) = 0;
};

struct JobPumpOptions {
  /// Jobs of a lane at a time, those that wait for a remote document included; by jobs::Lane, 0 = not ours.
  std::array<int, std::size(jobs::kLanes)> concurrency{16, 0, 4, 4, 2, 1, 8, 1, 24};
  std::chrono::milliseconds poll{5'000};
  std::chrono::milliseconds database_pause{1'000};
};

/// Runs what waits in the job queue, each lane on its own.
class JobPump {
 public:
  /// `fetch` may be empty. References outlive the pump.
  JobPump(IoThread& thread, FetchFunction fetch, Workers& workers, JobQueue& queue, const Clock& clock,
          JobPumpOptions options);
  ~JobPump();
  JobPump(const JobPump&) = delete;
  JobPump& operator=(const JobPump&) = delete;

  void start();
  /// There is new work in a lane. From any thread, never blocks.
  void wake(jobs::Lane lane);
  /// Claims no more; jobs that wait for the network are put back. Returns at once.
  void begin_stop();
  /// After begin_stop(): waits for the running ones. False: not within `grace`.
  bool drain(std::chrono::milliseconds grace);
  /// Waits without a limit. Idempotent.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dunlin::net
