#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace dunlin::daemon {

/// Up to which moment all that others committed is known here. Readings come in order; no I/O, no clock of its own.
class Hearing {
 public:
  using Time = std::chrono::steady_clock::time_point;
  struct Reading {
    Time at;                   // before it began
    std::int64_t next = 0;     // what was committed then is below it
    std::int64_t settled = 0;  // whatever transactions below it told has been read
    bool unread = false;       // something is committed that was not read
  };

  Hearing() = default;
  /// Nothing from before `start` is held here.
  explicit Hearing(Time start) : complete_(start) {}

  /// Something was missed: nothing is known before all transactions below `next` have ended.
  void begin_anew(Time at, std::int64_t next);
  /// True: it is known again, after a wait in which more may have been missed.
  bool note(const Reading& reading);

  /// All that was committed before complete() is known.
  [[nodiscard]] bool knows() const { return !anew_; }
  /// Or, where something was missed, when that was found out.
  [[nodiscard]] Time complete() const { return complete_; }

 private:
  struct Mark {
    Time at;
    std::int64_t next = 0;
  };
  Time complete_;
  std::optional<Mark> awaited_;
  bool anew_ = false;
};

}  // namespace dunlin::daemon
