#include "metrics.hpp"

#include "dunlin/base/version.hpp"
#include "dunlin/jobs/deliveries.hpp"
#include "dunlin/jobs/queue.hpp"
#include "dunlin/store/stored_files.hpp"

#include <fmt/core.h>
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <unistd.h>

#include <fstream>

namespace dunlin::daemon {

namespace {

const prometheus::Histogram::BucketBoundaries kSeconds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                       0.25,  0.5,    1,     2.5,  5,     10};

std::int64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t size = 0;
  std::int64_t resident = 0;
  statm >> size >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

}  // namespace

struct Metrics::Impl {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& requests = prometheus::BuildCounter()
                                                          .Name("dunlin_http_requests_total")
                                                          .Help("Requests answered, by lane and status class")
                                                          .Register(registry);
  prometheus::Family<prometheus::Histogram>& durations = prometheus::BuildHistogram()
                                                             .Name("dunlin_http_request_seconds")
                                                             .Help("Time on a worker thread")
                                                             .Register(registry);
  prometheus::Gauge& streams = prometheus::BuildGauge()
                                   .Name("dunlin_streams")
                                   .Help("Open WebSockets and streams of events")
                                   .Register(registry)
                                   .Add({});
  prometheus::Gauge& feeds = prometheus::BuildGauge()
                                 .Name("dunlin_feed_bytes")
                                 .Help("Memory of home feeds and their readers")
                                 .Register(registry)
                                 .Add({});
  prometheus::Gauge& pages = prometheus::BuildGauge()
                                 .Name("dunlin_page_bytes")
                                 .Help("Memory of rendered statuses and accounts, and of readers' marks")
                                 .Register(registry)
                                 .Add({});
  prometheus::Gauge& connections = prometheus::BuildGauge()
                                       .Name("dunlin_http_connections")
                                       .Help("Open client connections")
                                       .Register(registry)
                                       .Add({});
  prometheus::Family<prometheus::Gauge>& waiting = prometheus::BuildGauge()
                                                       .Name("dunlin_lane_waiting")
                                                       .Help("Work that waits for a thread, by lane")
                                                       .Register(registry);
  prometheus::Family<prometheus::Gauge>& jobs =
      prometheus::BuildGauge().Name("dunlin_jobs").Help("Jobs in the queue, by lane and state").Register(registry);
  prometheus::Family<prometheus::Gauge>& deliveries =
      prometheus::BuildGauge().Name("dunlin_deliveries").Help("Outgoing deliveries, by state").Register(registry);
  prometheus::Gauge& cache_bytes = prometheus::BuildGauge()
                                       .Name("dunlin_media_cache_bytes")
                                       .Help("Files of other servers that are kept")
                                       .Register(registry)
                                       .Add({});
  prometheus::Gauge& cache_files =
      prometheus::BuildGauge().Name("dunlin_media_cache_files").Help("How many these are").Register(registry).Add({});
  prometheus::Gauge& cache_budget = prometheus::BuildGauge()
                                        .Name("dunlin_media_cache_budget_bytes")
                                        .Help("What they may take: media.cache_size")
                                        .Register(registry)
                                        .Add({});
  prometheus::Gauge& resident = prometheus::BuildGauge()
                                    .Name("process_resident_memory_bytes")
                                    .Help("Resident memory of the daemon, its database apart")
                                    .Register(registry)
                                    .Add({});
  prometheus::Gauge& build = prometheus::BuildGauge()
                                 .Name("dunlin_build_info")
                                 .Help("Always 1; the label tells the version")
                                 .Register(registry)
                                 .Add({{"version", std::string(kVersion)}});
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {
  impl_->build.Set(1);
}
Metrics::~Metrics() = default;

void Metrics::request_done(net::Lane lane, int status, std::chrono::steady_clock::duration took) {
  const std::string name(to_string(lane));
  impl_->requests.Add({{"lane", name}, {"status", fmt::format("{}xx", status / 100)}}).Increment();
  impl_->durations.Add({{"lane", name}}, kSeconds).Observe(std::chrono::duration<double>(took).count());
}

std::string Metrics::render(const Gauges& gauges, db::Session& session) {
  impl_->connections.Set(gauges.connections);
  impl_->streams.Set(static_cast<double>(gauges.streams));
  impl_->feeds.Set(static_cast<double>(gauges.feed_bytes));
  impl_->pages.Set(static_cast<double>(gauges.page_bytes));
  impl_->cache_budget.Set(static_cast<double>(gauges.media_budget));
  impl_->resident.Set(static_cast<double>(resident_bytes()));
  for (std::size_t i = 0; i < net::kLanes; ++i) {
    impl_->waiting.Add({{"lane", std::string(to_string(static_cast<net::Lane>(i)))}})
        .Set(static_cast<double>(gauges.waiting.at(i)));
  }
  // A lane that has emptied must not keep its last size.
  for (const auto lane : jobs::kLanes) {
    for (const char* state : {"pending", "given_up"}) {
      impl_->jobs.Add({{"lane", std::string(to_string(lane))}, {"state", state}}).Set(0);
    }
  }
  const auto read = session.read([&](db::Tx& tx) -> Result<void> {
    for (const auto& count : jobs::count_jobs(tx)) {
      const char* state = count.state == jobs::JobState::pending ? "pending" : "given_up";
      impl_->jobs.Add({{"lane", std::string(to_string(count.lane))}, {"state", state}})
          .Set(static_cast<double>(count.jobs));
    }
    const auto cached = store::count_cached_files(tx);
    impl_->cache_bytes.Set(static_cast<double>(cached.bytes));
    impl_->cache_files.Set(static_cast<double>(cached.files));
    const auto deliveries = jobs::count_deliveries(tx);
    impl_->deliveries.Add({{"state", "pending"}}).Set(static_cast<double>(deliveries.pending));
    impl_->deliveries.Add({{"state", "given_up"}}).Set(static_cast<double>(deliveries.given_up));
    return {};
  });
  if (!read) return {};
  return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

}  // namespace dunlin::daemon
