#include "dunlin/base/id.hpp"

#include <algorithm>

namespace dunlin {
namespace {

constexpr int kSequenceBits = 16;
constexpr std::int64_t kNodeStep = 256;  // the low 8 bits of the sequence name the process

std::int64_t base_of(Time time) {
  constexpr std::int64_t kLastMillisecond = (std::int64_t{1} << 47) - 1;
  const auto ms = std::clamp<std::int64_t>(time.time_since_epoch().count(), 1, kLastMillisecond);
  return ms << kSequenceBits;
}

}  // namespace

std::int64_t IdGenerator::next_value() {
  const std::int64_t now = base_of(clock_.now());
  std::int64_t last = last_.load(std::memory_order_relaxed);
  std::int64_t next = 0;
  do {
    // More than 256 ids in a millisecond, or a clock that went back: run ahead of the clock rather than repeat.
    next = std::max(now, (last & ~(kNodeStep - 1)) + kNodeStep) | node_;
  } while (!last_.compare_exchange_weak(last, next, std::memory_order_relaxed));
  return next;
}

std::int64_t IdGenerator::value_at(Time time) {
  // Publication dates mostly have whole seconds, so purely random bits would collide at a few dozen posts per second; a
  // counter with a random start does not repeat within 65,536 ids of this process.
  const auto low = static_cast<std::int64_t>(past_sequence_.fetch_add(1, std::memory_order_relaxed) & 0xffff);
  return base_of(time) | low;
}

}  // namespace dunlin
