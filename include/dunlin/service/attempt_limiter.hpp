#pragma once

#include "dunlin/base/clock.hpp"

#include <chrono>
#include <mutex>
#include <optional>
#include <span>
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

  struct Limit {
    std::string key;
    int most = 0;
    std::chrono::seconds window{};
    int times = 1;  // how many attempts are made at once
  };
  /// Counts against all of them (nullopt), or against none: then the time from which the first that refuses has room.
  std::optional<Time> count_all(std::span<const Limit> limits);
  /// How many attempts there is room for; makes no key.
  int left(std::string_view key, int limit);

 private:
  struct Window {
    Time ends_at{};
    int count = 0;
  };
  Window& window_of(std::string_view key, std::chrono::seconds length, Time now);
  int left(std::string_view key, int limit, Time now) const;
  void make_room(Time now);

  const Clock& clock_;
  std::mutex mutex_;
  std::unordered_map<std::string, Window> windows_;
};

/// Whose attempts count together: an IPv6 client owns at least a /64, its addresses count as one.
std::string network_of(std::string_view remote_address);

}  // namespace dunlin::service
