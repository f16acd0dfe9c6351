#include "dunlin/net/runtime.hpp"

#include "dunlin/base/log.hpp"

#include <algorithm>
#include <utility>

namespace dunlin::net {
namespace {

using Clock = std::chrono::steady_clock;

std::chrono::milliseconds left(Clock::time_point until) {
  const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
  return std::max(rest, std::chrono::milliseconds(0));
}

}  // namespace

class Runtime::PumpWakeUp final : public jobs::WakeUp {
 public:
  PumpWakeUp(JobPump* jobs, DeliveryPump* deliveries) : jobs_(jobs), deliveries_(deliveries) {}
  void jobs_ready(jobs::Lane lane) override {
    if (jobs_) jobs_->wake(lane);
  }
  void deliveries_ready() override {
    if (deliveries_) deliveries_->wake();
  }

 private:
  JobPump* jobs_;
  DeliveryPump* deliveries_;
};

Runtime::Runtime(RuntimeOptions options, RuntimeParts parts)
    : options_(std::move(options)),
      workers_(std::make_unique<Workers>(options_.workers, parts.make_session)),
      outgoing_(std::make_unique<IoThread>("outgoing")),
      client_(std::make_unique<Client>(*outgoing_, options_.client)),
      fetcher_(std::make_unique<RemoteFetcher>(*outgoing_, *client_, *workers_, parts.sign, options_.fetcher)) {
  if (parts.deliveries) {
    deliveries_ = std::make_unique<DeliveryPump>(*outgoing_, *client_, *workers_, *parts.deliveries, parts.clock,
                                                 options_.deliveries);
  }
  if (parts.jobs) {
    jobs_ =
        std::make_unique<JobPump>(*outgoing_, fetcher_->function(), *workers_, *parts.jobs, parts.clock, options_.jobs);
  }
  wake_up_ = std::make_unique<PumpWakeUp>(jobs_.get(), deliveries_.get());
  server_ = std::make_unique<Server>(options_.server, parts.application, *workers_, fetcher_->function());
}

Runtime::~Runtime() {
  stop();
}

jobs::WakeUp& Runtime::wake_up() {
  return *wake_up_;
}

Result<void> Runtime::start() {
  // The server first: it is what may fail.
  TRY_VOID(server_->start());
  if (jobs_) jobs_->start();
  if (deliveries_) deliveries_->start();
  return {};
}

void Runtime::stop() {
  if (std::exchange(stopped_, true)) return;
  const auto until = Clock::now() + options_.shutdown_grace;
  server_->stop_accepting();
  if (jobs_) jobs_->begin_stop();
  if (deliveries_) deliveries_->begin_stop();
  if (!server_->drain(left(until))) {
    log::warn("requests did not end in time", {log::kv("connections", server_->connections())});
  }
  if (jobs_ && !jobs_->drain(left(until))) log::warn("jobs did not end in time");
  if (deliveries_ && !deliveries_->drain(left(until))) log::warn("deliveries did not end in time");
  // From here on nothing waits for a peer: exchanges end as cancelled, what waited for them ends by itself.
  client_->stop();
  fetcher_->stop();
  if (jobs_) jobs_->stop();
  if (deliveries_) deliveries_->stop();
  server_->stop();
  workers_->stop();
  outgoing_->stop();
  log::info("stopped");
}

}  // namespace dunlin::net
