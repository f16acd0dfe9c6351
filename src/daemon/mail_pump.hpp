#pragma once

#include "job_queue.hpp"

#include "dunlin/config/config.hpp"
#include "dunlin/db/tx.hpp"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

namespace dunlin::daemon {

/// Hands waiting mail over, one at a time, on a thread of its own: a mail server that hangs holds up nothing else. A
/// mail that was handed over but not struck out (a crash in between) goes again, under the same Message-ID.
class MailPump {
 public:
  /// References outlive the pump.
  MailPump(const config::Config& config, JobQueue& queue, std::unique_ptr<db::Session> session);
  ~MailPump() { stop(); }
  MailPump(const MailPump&) = delete;
  MailPump& operator=(const MailPump&) = delete;

  /// There is new mail. From any thread, never blocks for long.
  void wake();
  /// Waits for the mail under way.
  void stop();

 private:
  void run(const std::stop_token& stop);
  /// False: nothing was due.
  bool send_due(const std::stop_token& stop);
  [[nodiscard]] std::chrono::milliseconds time_to_next();
  void send(const jobs::Job& job);

  const config::Config& config_;
  JobQueue& queue_;
  const std::unique_ptr<db::Session> session_;
  std::mutex mutex_;
  std::condition_variable_any condition_;
  bool woken_ = false;
  std::jthread thread_;
};

}  // namespace dunlin::daemon
