#pragma once

#include "dunlin/base/clock.hpp"

#include <chrono>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace dunlin::service {

/// Counts attempts per key in fixed windows, in memory: limits of requests, sign-ins and registrations (client-api.md
/// 1.7). Any thread may call. Holds at most some ten thousand keys; when full, windows that are over make room, then
/// those with the lowest counts.
class AttemptLimiter {
 public:
  explicit AttemptLimiter(const Clock& clock) : clock_(clock) {}

  struct Usage {
    bool allowed = true;
    int limit = 0;
    int remaining = 0;
    Time resets_at{};
  };
  /// Counts one attempt; refused when `limit` were made in the running window. `again`: the attempt was counted before.
  Usage count(std::string_view key, int limit, std::chrono::seconds window, bool again = false);
  bool allow(std::string_view key, int limit, std::chrono::seconds window) { return count(key, limit, window).allowed; }

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

/// Whose attempts count together: an IPv6 client owns at least a /64, its addresses count as one.
std::string network_of(std::string_view remote_address);

}  // namespace dunlin::service
