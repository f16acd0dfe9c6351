#pragma once

#include "dunlin/db/row.hpp"
#include "dunlin/jobs/breaker.hpp"

/// The columns of delivery_hosts that are a HostHealth, in the order in which read_health reads them from `first` on.
#define DUNLIN_HEALTH_COLUMNS                                                                           \
  "failures_in_row, timeouts_in_row, breaker_opened, breaker_open_until, failing_since, failure_days, " \
  "last_failure_at, unavailable_since, gone_since, last_success_at, next_attempt_at"

namespace dunlin::jobs {

inline HostHealth read_health(const db::Row& row, int first) {
  return {.failures_in_row = row.i32(first),
          .timeouts_in_row = row.i32(first + 1),
          .breaker_opened = row.i32(first + 2),
          .breaker_open_until = row.opt_time(first + 3),
          .failing_since = row.opt_time(first + 4),
          .failure_days = row.i32(first + 5),
          .last_failure_at = row.opt_time(first + 6),
          .unavailable_since = row.opt_time(first + 7),
          .gone_since = row.opt_time(first + 8),
          .last_success_at = row.opt_time(first + 9),
          .waits_until = row.opt_time(first + 10)};
}

}  // namespace dunlin::jobs
