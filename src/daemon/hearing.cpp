#include "hearing.hpp"

namespace dunlin::daemon {

void Hearing::begin_anew(Time at, std::int64_t next) {
  complete_ = at;
  awaited_ = {.at = at, .next = next};
  anew_ = true;
}

bool Hearing::note(const Reading& reading) {
  const bool reached = !awaited_ || reading.settled >= awaited_->next;
  if (anew_ && !reached) return false;
  const bool was_awaited = anew_ && reading.at > awaited_->at;
  anew_ = false;
  if (!reading.unread) {
    complete_ = reading.at;
    awaited_.reset();
  } else if (reached) {
    if (awaited_) complete_ = awaited_->at;
    awaited_ = {.at = reading.at, .next = reading.next};
  }
  return was_awaited;
}

}  // namespace dunlin::daemon
