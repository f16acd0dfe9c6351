#pragma once

#include "dunlin/base/clock.hpp"

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace dunlin::service {

/// Counts attempts per key in fixed windows, in memory: sign-in and registration limits (client-api.md 1.7). Any
/// thread may call. Holds at most some ten thousand keys; when full, windows that are over make room, then all do.
class AttemptLimiter {
 public:
  explicit AttemptLimiter(const Clock& clock) : clock_(clock) {}

  /// Counts one attempt; false when `limit` were made in the running window.
  bool allow(std::string_view key, int limit, std::chrono::seconds window);

 private:
  struct Window {
    Time ends_at{};
    int count = 0;
  };
  void make_room(Time now);

  const Clock& clock_;
  std::mutex mutex_;
  std::unordered_map<std::string, Window> windows_;
};

}  // namespace dunlin::service
