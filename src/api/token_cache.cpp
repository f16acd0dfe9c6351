#include "dunlin/api/token_cache.hpp"

#include <chrono>

namespace dunlin::api {

namespace {

constexpr std::size_t kMaxIds = 100'000;

std::int64_t day_of(Time time) {
  return std::chrono::floor<std::chrono::days>(time).time_since_epoch().count();
}

}  // namespace

bool TokenCache::concerns(const store::Bearer& bearer, const db::Change& change) {
  using Kind = db::Change::Kind;
  switch (change.kind) {
    case Kind::token:
      return bearer.token.id.value == change.id;
    case Kind::user:
      return bearer.user && bearer.user->id.value == change.id;
    case Kind::account:
      return bearer.user && bearer.user->account_id.value == change.id;
    case Kind::everything:
      return true;
    default:
      return false;
  }
}

ChangeLog::Ticket TokenCache::ticket() {
  const std::lock_guard lock(mutex_);
  return log_.now();
}

std::optional<store::Bearer> TokenCache::find(const std::string& hash, Time now) {
  const std::lock_guard lock(mutex_);
  if (std::chrono::steady_clock::now() >= believed_until_) return std::nullopt;
  const auto* known = bearers_.find(hash);
  if (known == nullptr || known->day != day_of(now)) return std::nullopt;
  return known->bearer;
}

void TokenCache::put(ChangeLog::Ticket ticket, const std::string& hash, const store::Bearer& bearer, Time now) {
  // What has to be noted or refused is read each time.
  if (bearer.token.revoked_at || (bearer.user && !bearer.active_today)) return;
  const std::lock_guard lock(mutex_);
  if (log_.any_since(ticket, [&](const db::Change& change) { return concerns(bearer, change); })) return;
  if (ids_.size() >= kMaxIds) {
    ids_.clear();
    bearers_.clear();
  }
  ids_.insert(bearer.token.id.value);
  if (bearer.user) ids_.insert({bearer.user->id.value, bearer.user->account_id.value});
  bearers_.put(hash, {.bearer = bearer, .day = day_of(now)}, 1);
}

void TokenCache::changed(std::span<const db::Change> changes) {
  const std::lock_guard lock(mutex_);
  for (const auto& change : changes) {
    using Kind = db::Change::Kind;
    if (change.kind == Kind::everything) {
      log_.add(change);
      bearers_.clear();
    }
    if (change.kind != Kind::token && change.kind != Kind::user && change.kind != Kind::account) continue;
    log_.add(change);
    if (!ids_.contains(change.id)) continue;
    bearers_.erase_if([&](const Known& known) { return concerns(known.bearer, change); });
  }
}

void TokenCache::believe_until(std::chrono::steady_clock::time_point time) {
  const std::lock_guard lock(mutex_);
  believed_until_ = time;
}

void TokenCache::clear() {
  const std::lock_guard lock(mutex_);
  log_.add({});
  bearers_.clear();
}

}  // namespace dunlin::api
