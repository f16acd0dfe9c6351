#include "dunlin/db/managed_postgres.hpp"

#include "server.hpp"

#include "dunlin/base/log.hpp"

#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

namespace dunlin::db {

using namespace std::chrono_literals;

namespace {

constexpr auto kWatchInterval = 500ms;

/// Owns the thread that starts, watches and stops the server.
class Keeper final : public ManagedPostgres {
 public:
  explicit Keeper(const ManagedPostgresOptions& options) : server_(options) {}
  ~Keeper() override {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
  }
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  Result<void> run() {
    std::promise<Result<void>> started;
    auto outcome = started.get_future();
    thread_ = std::jthread([this, &started](const std::stop_token& stop) {
      auto first = server_.bring_up(stop);
      url_ = server_.url();
      const bool up = first.has_value();
      started.set_value(std::move(first));
      if (up) watch(stop);
      server_.shut_down();
    });
    return outcome.get();
  }
  [[nodiscard]] const std::string& url() const override { return url_; }

 private:
  void watch(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any waiting;
    std::unique_lock lock(mutex);
    std::string complaint;
    while (!waiting.wait_for(lock, stop, kWatchInterval, [] { return false; }) && !stop.stop_requested()) {
      if (server_.is_up()) continue;
      if (complaint.empty()) log::error("PostgreSQL is gone; starting it again");
      const auto outcome = server_.bring_up(stop);
      if (outcome) {
        log::info("PostgreSQL serves again");
        complaint.clear();
      } else if (outcome.error().message != complaint) {
        complaint = outcome.error().message;
        log::error("PostgreSQL does not come back", {log::kv("reason", complaint)});
      }
    }
  }

  Server server_;
  std::string url_;
  std::jthread thread_;
};

}  // namespace

Result<std::unique_ptr<ManagedPostgres>> ManagedPostgres::start(const ManagedPostgresOptions& options) {
  auto absolute = options;
  absolute.data_dir = std::filesystem::absolute(options.data_dir).lexically_normal();
  auto keeper = std::make_unique<Keeper>(absolute);
  TRY_VOID(keeper->run());
  return keeper;
}

}  // namespace dunlin::db
