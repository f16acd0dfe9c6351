#include "dunlin/jobs/breaker.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace dunlin::jobs {

using namespace std::chrono_literals;

namespace {

constexpr int kFailuresToOpen = 10;
constexpr int kTimeoutsToOpen = 3;
constexpr std::chrono::milliseconds kFirstPause = 60s;
constexpr std::chrono::milliseconds kLongestPause = 30min;
constexpr int kDaysToUnavailable = 7;
constexpr std::chrono::days kDaysToGone{90};
constexpr std::chrono::milliseconds kProbeInterval = 24h;

std::chrono::milliseconds pause_after(int opened) {
  return std::min(kFirstPause * (1 << std::clamp(opened - 1, 0, 10)), kLongestPause);
}

std::chrono::sys_days day_of(Time time) {
  return std::chrono::floor<std::chrono::days>(time);
}

}  // namespace

void HostHealth::note_alive(Time now) {
  *this = HostHealth{.last_success_at = now, .waits_until = waits_until};
}

void HostHealth::note_failure(bool timed_out, Time now, double scale) {
  ++failures_in_row;
  timeouts_in_row = timed_out ? timeouts_in_row + 1 : 0;
  if (!failing_since) failing_since = now;
  if (!last_failure_at || day_of(*last_failure_at) != day_of(now)) ++failure_days;
  last_failure_at = now;
  if (failure_days >= kDaysToUnavailable && !unavailable_since) unavailable_since = now;
  if (unavailable_since && now - *unavailable_since >= kDaysToGone && !gone_since) gone_since = now;

  // Half-open: the one that was let through decides. Answers to others that were in flight already do not count twice.
  const bool open = breaker_open_until && now < *breaker_open_until;
  const bool probe_failed = breaker_opened > 0 && !open;
  const bool enough = breaker_opened == 0 && (failures_in_row >= kFailuresToOpen || timeouts_in_row >= kTimeoutsToOpen);
  if (!probe_failed && !enough && !unavailable_since) return;
  if (!open) ++breaker_opened;
  const auto pause = unavailable_since ? kProbeInterval : pause_after(breaker_opened);
  if (!open || unavailable_since) {
    breaker_open_until = now + std::chrono::milliseconds(std::llround(static_cast<double>(pause.count()) * scale));
  }
}

void HostHealth::note_gone(Time now) {
  if (!gone_since) gone_since = now;
}

void HostHealth::note_waits(Time until) {
  waits_until = std::max(until, waits_until.value_or(until));
}

int HostHealth::allowed(Time now, int per_host) const {
  if (gone_since || (waits_until && now < *waits_until) || (breaker_open_until && now < *breaker_open_until)) return 0;
  return breaker_opened > 0 ? 1 : per_host;
}

}  // namespace dunlin::jobs
