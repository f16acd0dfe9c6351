#pragma once

#include "dunlin/jobs/wake_up.hpp"
#include "dunlin/net/delivery_pump.hpp"
#include "dunlin/net/job_pump.hpp"

#include <atomic>

namespace dunlin::daemon {

/// Passes wake-ups to the pumps once they are there: the queue is built long before them and outlives them.
class PumpWakeUp final : public jobs::WakeUp {
 public:
  void connect(net::JobPump* jobs, net::DeliveryPump* deliveries) {
    jobs_ = jobs;
    deliveries_ = deliveries;
  }

  void jobs_ready(jobs::Lane lane) override {
    if (auto* pump = jobs_.load()) pump->wake(lane);
  }
  void deliveries_ready() override {
    if (auto* pump = deliveries_.load()) pump->wake();
  }

 private:
  std::atomic<net::JobPump*> jobs_{nullptr};
  std::atomic<net::DeliveryPump*> deliveries_{nullptr};
};

}  // namespace dunlin::daemon
