#include "dunlin/service/attempt_limiter.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/crypto/digest.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <tuple>
#include <vector>

namespace dunlin::service {

namespace {
constexpr std::size_t kMaxKeys = 20'000;
constexpr std::size_t kLongKey = 80;
constexpr std::ptrdiff_t kEvicted = 2'500;  // at once: finding them takes a while

/// Others choose how long their ids are, not how much memory these take.
std::string as_kept(std::string_view key) {
  return key.size() <= kLongKey ? std::string(key) : crypto::sha256(key);
}
}  // namespace

AttemptLimiter::Usage AttemptLimiter::count(std::string_view key, int limit, std::chrono::seconds window, bool again) {
  const Time now = clock_.now();
  const std::lock_guard lock(mutex_);
  Window& entry = window_of(key, window, now);
  const bool allowed = again || entry.count < limit;
  if (allowed && !again) ++entry.count;
  return {
      .allowed = allowed, .limit = limit, .remaining = std::max(0, limit - entry.count), .resets_at = entry.ends_at};
}

std::optional<Time> AttemptLimiter::count_all(std::span<const Limit> limits) {
  const Time now = clock_.now();
  const std::lock_guard lock(mutex_);
  for (const Limit& limit : limits) {
    if (left(limit.key, limit.most, now) >= limit.times) continue;
    const auto running = windows_.find(as_kept(limit.key));
    const bool runs = running != windows_.end() && running->second.ends_at > now;
    return runs ? running->second.ends_at : now + limit.window;
  }
  for (const Limit& limit : limits) window_of(limit.key, limit.window, now).count += limit.times;
  return std::nullopt;
}

int AttemptLimiter::left(std::string_view key, int limit) {
  const std::lock_guard lock(mutex_);
  return left(key, limit, clock_.now());
}

int AttemptLimiter::left(std::string_view key, int limit, Time now) const {
  const auto running = windows_.find(as_kept(key));
  if (running == windows_.end() || running->second.ends_at <= now) return limit;
  return std::max(0, limit - running->second.count);
}

AttemptLimiter::Window& AttemptLimiter::window_of(std::string_view key, std::chrono::seconds length, Time now) {
  if (windows_.size() >= kMaxKeys) make_room(now);
  Window& entry = windows_[as_kept(key)];
  if (entry.ends_at <= now) entry = {.ends_at = now + length, .count = 0};
  return entry;
}

void AttemptLimiter::make_room(Time now) {
  std::erase_if(windows_, [&](const auto& item) { return item.second.ends_at <= now; });
  if (windows_.size() < kMaxKeys) return;
  // Keys cost their maker nothing: those that were counted least go.
  std::vector<std::tuple<int, Time, const std::string*>> least;
  least.reserve(windows_.size());
  for (const auto& [key, window] : windows_) least.emplace_back(window.count, window.ends_at, &key);
  const auto last = least.begin() + kEvicted;
  std::ranges::nth_element(least, last);
  std::vector<std::string> keys;
  for (auto entry = least.begin(); entry != last; ++entry) keys.push_back(*std::get<2>(*entry));
  for (const std::string& key : keys) windows_.erase(key);
}

std::string network_of(std::string_view remote_address) {
  std::array<unsigned char, 16> bytes{};
  const std::string address(remote_address);
  if (::inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return address;
  return text::hex_encode(std::string_view(reinterpret_cast<const char*>(bytes.data()), 8));
}

}  // namespace dunlin::service
