#pragma once

#include "dunlin/base/clock.hpp"

#include <optional>

namespace dunlin::jobs {

/// The circuit breaker and the long memory of one host (federation.md 4.11): a state machine without clock or storage.
/// Closed: work. Open: nothing until breaker_open_until. Then half-open: one delivery at a time decides.
struct HostHealth {
  int failures_in_row = 0;
  int timeouts_in_row = 0;
  int breaker_opened = 0;  // times in a row
  std::optional<Time> breaker_open_until{};
  std::optional<Time> failing_since{};
  int failure_days = 0;  // different days with a failure, since the last success
  std::optional<Time> last_failure_at{};
  std::optional<Time> unavailable_since{};  // one delivery a day, and only essential ones wait
  std::optional<Time> gone_since{};         // nothing
  std::optional<Time> last_success_at{};
  std::optional<Time> waits_until{};  // the host has asked for it, whatever else is known of it

  /// A delivery that succeeded, or any sane answer.
  void note_alive(Time now);
  /// `scale` as in next_attempt.
  void note_failure(bool timed_out, Time now, double scale = 1.0);
  void note_gone(Time now);
  void note_waits(Time until);

  [[nodiscard]] bool has_troubles() const {
    return failures_in_row > 0 || breaker_opened > 0 || unavailable_since || gone_since;
  }
  /// Deliveries that may be in flight: 0, 1 (half-open) or `per_host`.
  [[nodiscard]] int allowed(Time now, int per_host) const;
};

}  // namespace dunlin::jobs
