#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/http/message.hpp"
#include "dunlin/net/workers.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <string>

namespace dunlin::daemon {

/// What GET /metrics shows (Prometheus text format). Any thread may count.
class Metrics {
 public:
  Metrics();
  ~Metrics();

  void request_done(net::Lane lane, int status, std::chrono::steady_clock::duration took);

  struct Gauges {
    int connections = 0;
    std::size_t streams = 0;
    std::size_t feed_bytes = 0;
    std::size_t page_bytes = 0;    // of rendered statuses
    std::size_t media_budget = 0;  // bytes
    std::array<std::size_t, net::kLanes> waiting{};
  };
  /// Reads the queues' sizes from the database.
  [[nodiscard]] std::string render(const Gauges& gauges, db::Session& session);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dunlin::daemon
