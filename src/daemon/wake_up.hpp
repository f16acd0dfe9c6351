#pragma once

#include "mail_pump.hpp"

#include "dunlin/jobs/wake_up.hpp"
#include "dunlin/net/delivery_pump.hpp"
#include "dunlin/net/job_pump.hpp"

#include <atomic>

namespace dunlin::daemon {

/// Passes wake-ups to the pumps once they are there: the queue is built long before them and outlives them.
class PumpWakeUp final : public jobs::WakeUp {
 public:
  void connect(net::JobPump* jobs, net::DeliveryPump* deliveries, MailPump* mails) {
    jobs_ = jobs;
    deliveries_ = deliveries;
    mails_ = mails;
  }

  void jobs_ready(jobs::Lane lane) override {
    if (lane == jobs::Lane::mail) {
      if (auto* pump = mails_.load()) pump->wake();
      return;
    }
    if (auto* pump = jobs_.load()) pump->wake(lane);
  }
  /// At first it is assumed that there are some.
  void set_heard_by_others(bool heard) { heard_by_others_ = heard; }
  [[nodiscard]] bool has_others() const override { return heard_by_others_; }
  void deliveries_ready() override {
    if (auto* pump = deliveries_.load()) pump->wake();
  }

 private:
  std::atomic<net::JobPump*> jobs_{nullptr};
  std::atomic<net::DeliveryPump*> deliveries_{nullptr};
  std::atomic<MailPump*> mails_{nullptr};
  std::atomic<bool> heard_by_others_{true};
};

}  // namespace dunlin::daemon
