#include "dunlin/net/job_pump.hpp"

#include "alarm.hpp"
#include "io_context.hpp"
#include "queue_call.hpp"

#include "dunlin/base/log.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace dunlin::net {
namespace {

using namespace std::chrono_literals;

constexpr auto kLeastPause = 3ms;
constexpr auto kDuePause = 20ms;
/// Whatever a handler's own budget says, it cannot fetch for ever.
constexpr int kMaxRounds = 64;

Lane worker_lane(jobs::Lane lane) {
  return lane == jobs::Lane::media || lane == jobs::Lane::transcode ? Lane::fetched : Lane::jobs;
}

/// How one run of a handler ended.
struct RunResult {
  Result<void> result;
  bool ran = false;  // false: no worker took it
};

}  // namespace

struct JobPump::Impl {
  struct LaneState {
    LaneState(jobs::Lane which, int most, const asio::any_io_executor& executor)
        : lane(which), concurrency(most), look(executor) {}
    const jobs::Lane lane;
    const int concurrency;
    int running = 0;
    Alarm look;
  };

  Impl(IoThread& io_thread, FetchFunction fetcher, Workers& pools, JobQueue& job_queue, const Clock& wall_clock,
       JobPumpOptions pump_options)
      : thread(io_thread),
        executor(thread.impl().context.get_executor()),
        fetch(std::move(fetcher)),
        workers(pools),
        queue(job_queue),
        clock(wall_clock),
        options(pump_options) {
    for (const jobs::Lane lane : jobs::kLanes) {
      const int most = options.concurrency[static_cast<std::size_t>(lane)];
      lanes.push_back(std::make_unique<LaneState>(lane, most, executor));
    }
  }

  asio::awaitable<void> lane_loop(LaneState& lane);
  asio::awaitable<void> one_job(LaneState& lane, jobs::Job job);
  asio::awaitable<void> execute(LaneState& lane, const jobs::Job& job);
  asio::awaitable<RunResult> run_once(LaneState& lane, const jobs::Job& job, service::RemoteDocuments& documents);
  asio::awaitable<void> put_back(LaneState& lane, const jobs::Job& job);
  asio::awaitable<void> record_failure(LaneState& lane, const jobs::Job& job, const Error& error);
  asio::awaitable<void> sleep(std::chrono::milliseconds time);

  IoThread& thread;
  asio::any_io_executor executor;
  const FetchFunction fetch;
  Workers& workers;
  JobQueue& queue;
  const Clock& clock;
  const JobPumpOptions options;
  std::vector<std::unique_ptr<LaneState>> lanes;
  TaskGroup tasks;
  bool stopping = false;
  bool stopped = false;  // by the owner's thread
};

asio::awaitable<void> JobPump::Impl::sleep(std::chrono::milliseconds time) {
  asio::steady_timer timer(executor, time);
  static_cast<void>(co_await timer.async_wait(asio::as_tuple(asio::use_awaitable)));
}

asio::awaitable<void> JobPump::Impl::lane_loop(LaneState& lane) {
  while (!stopping) {
    auto pause = options.poll;
    const int room = lane.concurrency - lane.running;
    if (room > 0) {
      auto claimed = co_await on_worker<std::vector<jobs::Job>>(
          workers, worker_lane(lane.lane), "claim jobs",
          [&](db::Session& session) { return queue.claim(session, lane.lane, room); });
      const bool more = claimed && static_cast<int>(claimed->size()) >= room;
      for (jobs::Job& job : claimed ? *claimed : std::vector<jobs::Job>{}) {
        ++lane.running;
        spawn(tasks, executor, "job", one_job(lane, std::move(job)));
      }
      if (!claimed) {
        pause = options.database_pause;
      } else if (!more) {
        const auto next = co_await on_worker<std::optional<Time>>(
            workers, worker_lane(lane.lane), "next job",
            [&](db::Session& session) { return queue.next_job_at(session, lane.lane); });
        if (next) pause = std::max<std::chrono::milliseconds>(pause_until(*next, clock.now(), options.poll), kDuePause);
      }
    }
    if (stopping) break;
    co_await lane.look.wait_for(pause);
    if (!stopping) co_await sleep(kLeastPause);
  }
}

asio::awaitable<void> JobPump::Impl::one_job(LaneState& lane, jobs::Job job) {
  try {
    co_await execute(lane, job);
  } catch (const std::exception& e) {  // the slot must come free; the lease brings the job back
    log::error("job failed", {log::kv("job", job.id.value), log::kv("what", e.what())});
  }
  --lane.running;
  lane.look.ring();
}

asio::awaitable<void> JobPump::Impl::execute(LaneState& lane, const jobs::Job& job) {
  service::RemoteDocuments documents;
  for (int round = 0; round < kMaxRounds; ++round) {
    if (stopping) {
      co_await put_back(lane, job);
      co_return;
    }
    const RunResult outcome = co_await run_once(lane, job, documents);
    if (!outcome.ran) {
      co_await put_back(lane, job);
      co_return;
    }
    if (!documents.wanted()) {
      if (!outcome.result) co_await record_failure(lane, job, outcome.result.error());
      co_return;
    }
    const service::RemoteRequest wanted = *documents.wanted();
    service::RemoteDocument document;
    if (fetch) {
      document = co_await await_callback<service::RemoteDocument>([&](auto done) { fetch(wanted, std::move(done)); });
    } else {
      document.failure = "no fetcher";
    }
    documents.put(wanted, std::move(document));
  }
  const Error error{.code = Errc::remote_failed, .message = "Too many remote documents", .detail = {}};
  co_await record_failure(lane, job, error);
}

asio::awaitable<RunResult> JobPump::Impl::run_once(LaneState& lane, const jobs::Job& job,
                                                   service::RemoteDocuments& documents) {
  RunResult outcome;
  outcome.ran = co_await run_on(workers, worker_lane(lane.lane), [&](Worker& worker) {
    const log::Scope scope("job", job.id.str());
    try {
      outcome.result = queue.run(*worker.session, job, documents);
    } catch (const std::exception& e) {
      outcome.result = fail(Errc::internal, "the handler threw", e.what());
    } catch (...) {
      outcome.result = fail(Errc::internal, "the handler threw");
    }
  });
  co_return outcome;
}

asio::awaitable<void> JobPump::Impl::put_back(LaneState& lane, const jobs::Job& job) {
  const auto done =
      co_await on_worker<bool>(workers, worker_lane(lane.lane), "put a job back", [&](db::Session& session) {
        queue.put_back(session, job);
        return true;
      });
  if (!done) log::info("a job's lease is left to lapse", {log::kv("job", job.id.value)});
}

asio::awaitable<void> JobPump::Impl::record_failure(LaneState& lane, const jobs::Job& job, const Error& error) {
  // When the database is away the lease lapses and the job runs again.
  static_cast<void>(
      co_await on_worker<bool>(workers, worker_lane(lane.lane), "record a failed job", [&](db::Session& session) {
        queue.failed(session, job, error);
        return true;
      }));
}

JobPump::JobPump(IoThread& thread, FetchFunction fetch, Workers& workers, JobQueue& queue, const Clock& clock,
                 JobPumpOptions options)
    : impl_(std::make_unique<Impl>(thread, std::move(fetch), workers, queue, clock, options)) {}

JobPump::~JobPump() {
  stop();
}

void JobPump::start() {
  impl_->thread.run([impl = impl_.get()] {
    for (const auto& lane : impl->lanes) {
      if (lane->concurrency > 0) spawn(impl->tasks, impl->executor, "job-lane", impl->lane_loop(*lane));
    }
  });
}

void JobPump::wake(jobs::Lane lane) {
  impl_->thread.post([impl = impl_.get(), lane] { impl->lanes[static_cast<std::size_t>(lane)]->look.ring(); });
}

void JobPump::begin_stop() {
  impl_->thread.run([impl = impl_.get()] {
    impl->stopping = true;
    for (const auto& lane : impl->lanes) lane->look.ring();
  });
}

bool JobPump::drain(std::chrono::milliseconds grace) {
  return impl_->tasks.wait_until(std::chrono::steady_clock::now() + grace);
}

void JobPump::stop() {
  if (std::exchange(impl_->stopped, true)) return;
  begin_stop();
  impl_->tasks.wait();
}

}  // namespace dunlin::net
