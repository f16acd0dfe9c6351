#pragma once

#include <chrono>

namespace dunlin {

/// A point in UTC, to the millisecond: as PostgreSQL and the API exchange it.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;

/// The wall clock as a seam: tests step it. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Time now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
};

}  // namespace dunlin
