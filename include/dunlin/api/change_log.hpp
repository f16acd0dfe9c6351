#pragma once

#include "dunlin/db/change.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dunlin::api {

/// The latest changes, so that what was read before one of them is not kept after it. The owner locks.
class ChangeLog {
 public:
  /// A moment between changes.
  using Ticket = std::uint64_t;

  [[nodiscard]] Ticket now() const { return end_; }
  void add(const db::Change& change) { log_[end_++ % kLength] = change; }
  /// One after `ticket` fits, or that is too long ago to tell.
  template <class F>
  [[nodiscard]] bool any_since(Ticket ticket, F&& fits) const {
    if (end_ - ticket > kLength) return true;
    for (auto at = ticket; at != end_; ++at) {
      if (fits(log_[at % kLength])) return true;
    }
    return false;
  }

 private:
  static constexpr std::size_t kLength = 4096;
  std::vector<db::Change> log_ = std::vector<db::Change>(kLength);
  Ticket end_ = 0;
};

}  // namespace dunlin::api
