#include "dunlin/api/entities/status_cache.hpp"

#include <utility>

namespace dunlin::api::entities {

using Kind = db::Change::Kind;

namespace {

// A status is read by several: its text takes the most.
constexpr std::size_t kStatusShare = 2;  // of the whole
constexpr std::size_t kAccountShare = 4;
constexpr std::size_t kViewerShare = 4;
constexpr std::size_t kNode = 64;         // what a table costs for an entry
constexpr std::size_t kMaxFlags = 1'000;  // of one viewer
constexpr std::size_t kViewerBytes = 64UL << 10U;

std::size_t bytes_of(const StatusFragment& fragment) {
  return sizeof fragment + kNode + fragment.head.capacity() + fragment.application.capacity() +
         fragment.text.capacity() + (fragment.filter_text ? fragment.filter_text->capacity() : 0);
}

std::size_t bytes_of(const AccountFragment& fragment) {
  return sizeof fragment + kNode + fragment.json.capacity();
}

}  // namespace

StatusCache::StatusCache(std::size_t max_bytes)
    : statuses_(max_bytes / kStatusShare), accounts_(max_bytes / kAccountShare), viewers_(max_bytes / kViewerShare) {}

StatusCache::Page StatusCache::find(std::span<const StatusId> ids, std::optional<AccountId> viewer, Time now) {
  const std::lock_guard lock(mutex_);
  Page page{.ticket = log_.now()};
  if (std::chrono::steady_clock::now() >= believed_until_) return page;
  const auto look = [&](StatusId id) -> std::optional<StatusId> {
    const auto* cached = statuses_.find(id);
    if (cached == nullptr) return std::nullopt;
    const auto& facts = cached->fragment->facts;
    page.statuses.emplace(id, *cached);
    if (!page.accounts.contains(facts.account_id)) {
      if (const auto* author = accounts_.find(facts.account_id)) page.accounts.emplace(facts.account_id, *author);
    }
    return facts.reblog_of_id;
  };
  for (const auto id : ids) {
    if (const auto original = look(id)) look(*original);
  }
  auto* known = viewer ? viewers_.find(*viewer) : nullptr;
  if (known == nullptr) return page;
  if (known->filters && known->filters->valid_until() > now) page.filters = known->filters;
  for (const auto& [id, status] : page.statuses) {
    const auto flags = known->flags.find(id);
    if (flags != known->flags.end() && flags->second.first == status.version)
      page.flags.emplace(id, flags->second.second);
  }
  return page;
}

bool StatusCache::holds(ChangeLog::Ticket ticket, Kind kind, std::int64_t id) const {
  return !log_.any_since(ticket, [&](const db::Change& change) {
    return change.kind == Kind::everything || (change.kind == kind && change.id == id);
  });
}

void StatusCache::add(const Page& page, const Additions& additions) {
  const std::lock_guard lock(mutex_);
  const bool emojis_hold = holds(page.ticket, Kind::emojis, 0);
  for (const auto& [id, account] : additions.accounts) {
    if (!holds(page.ticket, Kind::account, id.value) || !holds(page.ticket, Kind::numbers, id.value)) continue;
    if (account->has_emojis && !emojis_hold) continue;
    accounts_.put(id, account, bytes_of(*account));
  }
  add_statuses(page, additions);
  if (additions.viewer) add_viewer(page, additions);
}

void StatusCache::add_statuses(const Page& page, const Additions& additions) {
  const bool emojis_hold = holds(page.ticket, Kind::emojis, 0);
  const bool cards_hold = holds(page.ticket, Kind::cards, 0);
  for (const auto& [id, status] : additions.statuses) {
    const auto& fragment = *status.fragment;
    if (!holds(page.ticket, Kind::status, id.value) || (fragment.has_emojis && !emojis_hold)) continue;
    if (fragment.facts.has(model::Part::card) && !cards_hold) continue;
    CachedStatus kept{.fragment = status.fragment, .version = ++last_version_};
    if (holds(page.ticket, Kind::counters, id.value)) kept.counters = status.counters;
    statuses_.put(id, std::move(kept), bytes_of(fragment));
  }
  for (const auto& [id, counters] : additions.counters) {
    auto* cached = statuses_.find(id);
    if (cached != nullptr && holds(page.ticket, Kind::counters, id.value)) cached->counters = counters;
  }
}

void StatusCache::add_viewer(const Page& page, const Additions& additions) {
  auto* viewer = viewers_.find(*additions.viewer);
  if (viewer == nullptr) {
    viewers_.put(*additions.viewer, {}, kViewerBytes);
    viewer = viewers_.find(*additions.viewer);
    if (viewer == nullptr) return;
  }
  const auto id = additions.viewer->value;
  if (additions.filters && holds(page.ticket, Kind::filters, id)) viewer->filters = additions.filters;
  if (!holds(page.ticket, Kind::viewer, id)) return;
  if (viewer->flags.size() + additions.flags.size() > kMaxFlags) viewer->flags.clear();
  for (const auto& [status, flags] : additions.flags) {
    // The marks were read beside this fragment: of one that has changed since, they are not known.
    const auto* cached = statuses_.find(status);
    if (cached == nullptr || !holds(page.ticket, Kind::status, status.value)) continue;
    viewer->flags.insert_or_assign(status, std::pair(cached->version, flags));
  }
}

void StatusCache::drop(const db::Change& change) {
  switch (change.kind) {
    case Kind::status:
      return statuses_.erase(StatusId{change.id});
    case Kind::counters:
      if (auto* cached = statuses_.find(StatusId{change.id})) cached->counters.reset();
      return;
    case Kind::account:
    case Kind::numbers:
      return accounts_.erase(AccountId{change.id});
    case Kind::viewer:
      if (auto* viewer = viewers_.find(AccountId{change.id})) viewer->flags.clear();
      return;
    case Kind::filters:
      if (auto* viewer = viewers_.find(AccountId{change.id})) viewer->filters.reset();
      return;
    case Kind::cards:
      return statuses_.erase_if([](const auto& cached) { return cached.fragment->facts.has(model::Part::card); });
    case Kind::emojis:
      statuses_.erase_if([](const auto& cached) { return cached.fragment->has_emojis; });
      return accounts_.erase_if([](const auto& account) { return account->has_emojis; });
    case Kind::everything:
      return drop_all();
    case Kind::token:
    case Kind::user:
      return;
  }
}

void StatusCache::drop_all() {
  statuses_.clear();
  accounts_.clear();
  viewers_.clear();
}

void StatusCache::changed(std::span<const db::Change> changes) {
  const std::lock_guard lock(mutex_);
  for (const auto& change : changes) {
    log_.add(change);
    drop(change);
  }
}

void StatusCache::believe_until(std::chrono::steady_clock::time_point time) {
  const std::lock_guard lock(mutex_);
  believed_until_ = time;
}

void StatusCache::clear() {
  const std::lock_guard lock(mutex_);
  log_.add({});
  drop_all();
}

std::size_t StatusCache::bytes() {
  const std::lock_guard lock(mutex_);
  return statuses_.cost() + accounts_.cost() + viewers_.cost();
}

}  // namespace dunlin::api::entities
