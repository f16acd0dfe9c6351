#include "dunlin/service/attempt_limiter.hpp"

namespace dunlin::service {

namespace {
constexpr std::size_t kMaxKeys = 20'000;
}

bool AttemptLimiter::allow(std::string_view key, int limit, std::chrono::seconds window) {
  const Time now = clock_.now();
  const std::lock_guard lock(mutex_);
  if (windows_.size() >= kMaxKeys) make_room(now);
  Window& entry = windows_[std::string(key)];
  if (entry.ends_at <= now) entry = {.ends_at = now + window, .count = 0};
  if (entry.count >= limit) return false;
  ++entry.count;
  return true;
}

void AttemptLimiter::make_room(Time now) {
  std::erase_if(windows_, [&](const auto& item) { return item.second.ends_at <= now; });
  if (windows_.size() >= kMaxKeys) windows_.clear();
}

}  // namespace dunlin::service
