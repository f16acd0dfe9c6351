#pragma once

#include "task.hpp"

#include "dunlin/base/log.hpp"

#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace dunlin::net {

/// Runs a call of a durable queue on a worker. nullopt: refused, or it threw (logged under `what`).
template <class T, class F>
asio::awaitable<std::optional<T>> on_worker(Workers& workers, Lane lane, const char* what, F call) {
  std::optional<T> result;
  std::string broken;
  const bool ran = co_await run_on(workers, lane, [&](Worker& worker) {
    try {
      result.emplace(call(*worker.session));
    } catch (const std::exception& e) {
      broken = e.what();
    }
  });
  if (!ran) broken = "workers are busy or stopped";
  if (!broken.empty()) log::warn("queue call failed", {log::kv("call", what), log::kv("why", broken)});
  co_return result;
}

/// The time from now to a due time, between 0 and `most`.
inline std::chrono::milliseconds pause_until(std::optional<Time> due, Time now, std::chrono::milliseconds most) {
  if (!due) return most;
  return std::clamp(std::chrono::duration_cast<std::chrono::milliseconds>(*due - now), std::chrono::milliseconds(0),
                    most);
}

}  // namespace dunlin::net
