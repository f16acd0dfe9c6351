#include "dunlin/feed/feeds.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace dunlin::feed {

using store::FeedStatus;
using store::HomeEntry;

namespace {

constexpr std::chrono::milliseconds kPatience{250};
constexpr std::uint64_t kFarBehind = 500;
constexpr int kMaxReblogs = 1000;

HomeEntry entry_of(const FeedStatus& status) {
  return {status.id, status.original ? status.original->id : StatusId{}};
}

/// Who follows the author and a tag of his is offered a status twice.
std::vector<AccountId> without_repeats(std::vector<AccountId> ids) {
  std::ranges::sort(ids);
  ids.erase(std::ranges::unique(ids).begin(), ids.end());
  return ids;
}

std::shared_ptr<const List> load_list(db::Tx& tx, AccountId owner, model::ListId id) {
  const auto read = store::load_read_list(tx, owner, id);
  if (!read) return nullptr;
  return std::make_shared<const List>(List{
      .owner = owner, .replies_policy = read->replies_policy, .members = {read->members.begin(), read->members.end()}});
}

model::Page newest(std::size_t count) {
  model::Page page;
  page.limit = static_cast<int>(count);
  return page;
}

}  // namespace

std::vector<StatusId> Feeds::home(db::Tx& tx, AccountId reader, const model::Page& page) {
  if (!wait_for_events()) return store::list_home_timeline(tx, reader, page);
  if (const auto entries = page_from_ring(reader, page)) return store::without_repeated_reblogs(*entries);
  const auto load = begin_load(reader, page);
  if (!load) return store::list_home_timeline(tx, reader, page);
  try {
    auto relations = load_reader(tx, reader);
    Ring ring(store::list_home_entries(tx, reader, newest(options_.ring_size)), options_.ring_size);
    const auto entries = ring.page(page);
    end_load(load, std::move(relations), std::move(ring));
    if (entries) return store::without_repeated_reblogs(*entries);
  } catch (...) {
    abandon(load);
    throw;
  }
  return store::list_home_timeline(tx, reader, page);
}

void Feeds::pin(db::Tx& tx, AccountId reader) {
  std::shared_ptr<Load> load;
  {
    const std::lock_guard lock(mutex_);
    Slot& mine = slot(reader);
    ++mine.pins;
    if (mine.reader) return;
    load = loads_.emplace_back(std::make_shared<Load>(Load{.reader = reader, .created = {}, .deleted = {}}));
  }
  try {
    end_load(load, load_reader(tx, reader), std::nullopt);
  } catch (...) {
    abandon(load);
    unpin(reader);
    throw;
  }
}

void Feeds::unpin(AccountId reader) {
  const std::lock_guard lock(mutex_);
  const auto at = slots_.find(reader);
  if (at == slots_.end()) return;
  --at->second.pins;
  if (!at->second.reader && at->second.pins <= 0) forget(at);
  make_room();
}

std::shared_ptr<const Reader> Feeds::reader(AccountId id) {
  const std::lock_guard lock(mutex_);
  const auto at = slots_.find(id);
  return at == slots_.end() ? nullptr : at->second.reader;
}

template <class F>
void Feeds::each_reader(const FeedStatus& status, F&& body) {
  const auto offer = [&](AccountId id) {
    const auto at = slots_.find(id);
    if (at != slots_.end() && at->second.reader && admits(*at->second.reader, status)) body(id, at->second);
  };
  if (const auto readers = followers_.find(status.author); readers != followers_.end()) {
    for (const auto id : readers->second) offer(id);
  }
  offer(status.author);
  if (status.visibility != model::Visibility::public_) return;
  for (const auto& tag : status.tags) {
    const auto readers = tag_followers_.find(tag);
    if (readers == tag_followers_.end()) continue;
    for (const auto id : readers->second) offer(id);
  }
}

std::vector<AccountId> Feeds::created(const FeedStatus& status) {
  const std::lock_guard lock(mutex_);
  for (const auto& load : loads_) load->created.push_back(status);
  std::vector<AccountId> pinned;
  each_reader(status, [&](AccountId id, Slot& at) {
    if (at.ring) at.ring->insert(entry_of(status));
    if (at.pins > 0) pinned.push_back(id);
  });
  return without_repeats(std::move(pinned));
}

std::vector<AccountId> Feeds::pinned_readers(const FeedStatus& status) {
  const std::lock_guard lock(mutex_);
  std::vector<AccountId> pinned;
  each_reader(status, [&](AccountId id, const Slot& at) {
    if (at.pins > 0) pinned.push_back(id);
  });
  return without_repeats(std::move(pinned));
}

bool Feeds::pin_list(db::Tx& tx, AccountId owner, model::ListId id) {
  std::uint64_t changes = 0;
  {
    const std::lock_guard lock(mutex_);
    auto& pinned = lists_[id];
    ++pinned.pins;
    changes = pinned.changes;
  }
  for (;;) {
    auto found = load_list(tx, owner, id);
    const std::lock_guard lock(mutex_);
    auto& pinned = lists_[id];
    if (!found) {
      if (--pinned.pins <= 0) lists_.erase(id);
      return false;
    }
    // What changed while it was read may be in it or not.
    if (std::exchange(changes, pinned.changes) != pinned.changes) continue;
    pinned.list = std::move(found);
    return true;
  }
}

void Feeds::unpin_list(model::ListId id) {
  const std::lock_guard lock(mutex_);
  const auto at = lists_.find(id);
  if (at != lists_.end() && --at->second.pins <= 0) lists_.erase(at);
}

std::vector<model::ListId> Feeds::pinned_lists(const FeedStatus& status) {
  const std::lock_guard lock(mutex_);
  std::vector<model::ListId> out;
  for (const auto& [id, pinned] : lists_) {
    if (!pinned.list) continue;
    const auto owner = slots_.find(pinned.list->owner);
    if (owner == slots_.end() || !owner->second.reader) continue;
    if (admits(*owner->second.reader, *pinned.list, status)) out.push_back(id);
  }
  return out;
}

std::vector<model::ListId> Feeds::pinned_lists_of(AccountId member) {
  const std::lock_guard lock(mutex_);
  std::vector<model::ListId> out;
  for (const auto& [id, pinned] : lists_) {
    if (!pinned.list) continue;
    const auto owner = slots_.find(pinned.list->owner);
    if (owner == slots_.end() || !owner->second.reader || !pinned.list->members.contains(member)) continue;
    const bool reads = pinned.list->owner == member || owner->second.reader->follows.contains(member);
    if (reads) out.push_back(id);
  }
  return out;
}

void Feeds::list_changed(db::Tx& tx, AccountId owner, model::ListId id) {
  {
    const std::lock_guard lock(mutex_);
    const auto at = lists_.find(id);
    if (at == lists_.end()) return;
    ++at->second.changes;
  }
  auto fresh = load_list(tx, owner, id);
  // A list that is gone has no members.
  if (!fresh) fresh = std::make_shared<const List>(List{.owner = owner, .members = {}});
  const std::lock_guard lock(mutex_);
  if (const auto at = lists_.find(id); at != lists_.end()) at->second.list = std::move(fresh);
}

std::vector<AccountId> Feeds::pinned_followers(AccountId author, const std::vector<std::string>& tags) {
  const std::lock_guard lock(mutex_);
  std::vector<AccountId> pinned;
  const auto offer = [&](AccountId id) {
    const auto at = slots_.find(id);
    if (at != slots_.end() && at->second.pins > 0) pinned.push_back(id);
  };
  if (const auto readers = followers_.find(author); readers != followers_.end()) {
    for (const auto id : readers->second) offer(id);
  }
  offer(author);
  for (const auto& tag : tags) {
    const auto readers = tag_followers_.find(tag);
    if (readers == tag_followers_.end()) continue;
    for (const auto id : readers->second) offer(id);
  }
  return without_repeats(std::move(pinned));
}

void Feeds::edited(const FeedStatus& status) {
  const std::lock_guard lock(mutex_);
  for (const auto& load : loads_) load->created.push_back(status);
  // All rings: whoever had it by a tag that it has lost is in no index under it.
  for (auto& [id, at] : slots_) {
    if (!at.ring) continue;
    const bool belongs = admits(*at.reader, status);
    belongs ? at.ring->insert(entry_of(status)) : at.ring->erase_entry(status.id);
  }
}

/// From the rings of those who can have found it at home.
void Feeds::erase_entry(StatusId id, AccountId author, const std::vector<std::string>& tags) {
  const auto erase = [&](AccountId reader) {
    const auto at = slots_.find(reader);
    if (at != slots_.end() && at->second.ring) at->second.ring->erase_entry(id);
  };
  if (const auto readers = followers_.find(author); readers != followers_.end()) {
    for (const auto reader : readers->second) erase(reader);
  }
  erase(author);
  for (const auto& tag : tags) {
    const auto readers = tag_followers_.find(tag);
    if (readers == tag_followers_.end()) continue;
    for (const auto reader : readers->second) erase(reader);
  }
}

std::vector<store::DeletedReblog> Feeds::deleted(db::Tx& tx, StatusId id, AccountId author,
                                                 const std::vector<std::string>& tags, bool is_reblog) {
  {
    const std::lock_guard lock(mutex_);
    for (const auto& load : loads_) load->deleted.push_back(id);
    erase_entry(id, author, tags);
  }
  if (is_reblog) return {};
  auto reblogs = store::list_deleted_reblogs(tx, id, kMaxReblogs);
  const std::lock_guard lock(mutex_);
  for (const auto& reblog : reblogs) erase_entry(reblog.id, reblog.author, {});
  if (reblogs.size() < static_cast<std::size_t>(kMaxReblogs)) return reblogs;
  for (auto& [reader, at] : slots_) {
    if (at.ring) at.ring->erase(id);
  }
  return reblogs;
}

void Feeds::changed(db::Tx& tx, AccountId reader) {
  {
    const std::lock_guard lock(mutex_);
    for (const auto& load : loads_) load->stale |= load->reader == reader;
    const auto at = slots_.find(reader);
    if (at == slots_.end()) return;
    if (at->second.pins <= 0) return forget(at);
  }
  // A reader with a stream keeps the old relations until the new ones are there.
  auto fresh = std::make_shared<const Reader>(load_reader(tx, reader));
  const std::lock_guard lock(mutex_);
  const auto at = slots_.find(reader);
  if (at == slots_.end()) return;
  at->second.ring.reset();
  set_reader(reader, at->second, std::move(fresh));
}

void Feeds::refresh_expired(db::Tx& tx) {
  std::vector<AccountId> expired;
  {
    const std::lock_guard lock(mutex_);
    const auto now = clock_.now();
    for (const auto& [id, at] : slots_) {
      if (at.pins > 0 && at.reader && at.reader->valid_until <= now) expired.push_back(id);
    }
  }
  for (const auto id : expired) changed(tx, id);
}

void Feeds::author_left(db::Tx& tx, AccountId author) {
  std::vector<AccountId> readers{author};
  {
    const std::lock_guard lock(mutex_);
    for (const auto& load : loads_) load->stale = true;
    if (const auto at = followers_.find(author); at != followers_.end()) {
      readers.insert(readers.end(), at->second.begin(), at->second.end());
    }
    // By a tag anybody's may be there.
    for (auto& [id, at] : slots_) {
      if (!at.reader || at.reader->followed_tags.empty()) continue;
      at.ring.reset();
      account_for(at);
    }
  }
  for (const auto id : readers) changed(tx, id);
}

void Feeds::drop_rings() {
  const std::lock_guard lock(mutex_);
  for (const auto& load : loads_) load->stale = true;
  for (auto& [id, at] : slots_) {
    at.ring.reset();
    account_for(at);
  }
}

void Feeds::reset(db::Tx& tx) {
  std::vector<AccountId> readers;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& load : loads_) load->stale = true;
    for (const auto& [id, at] : slots_) readers.push_back(id);
  }
  for (const auto id : readers) changed(tx, id);
}

void Feeds::announce() {
  const std::lock_guard lock(mutex_);
  ++announced_;
}

void Feeds::done() {
  {
    const std::lock_guard lock(mutex_);
    ++done_;
  }
  caught_up_.notify_all();
}

bool Feeds::empty() {
  const std::lock_guard lock(mutex_);
  return slots_.empty() && loads_.empty();
}

std::size_t Feeds::bytes() {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

bool Feeds::wait_for_events() {
  std::unique_lock lock(mutex_);
  const auto needed = announced_;
  // Far behind: waiting would only hold up everybody.
  if (needed - done_ > kFarBehind) return false;
  return caught_up_.wait_for(lock, kPatience, [&] { return done_ >= needed; });
}

std::optional<std::vector<HomeEntry>> Feeds::page_from_ring(AccountId reader, const model::Page& page) {
  const std::lock_guard lock(mutex_);
  const auto at = slots_.find(reader);
  if (at == slots_.end() || !at->second.ring) return std::nullopt;
  if (at->second.reader->valid_until <= clock_.now()) return std::nullopt;
  used_.splice(used_.begin(), used_, at->second.used);
  return at->second.ring->page(page);
}

/// nullptr: it is warm, or another thread is about to make it so.
std::shared_ptr<Feeds::Load> Feeds::begin_load(AccountId reader, const model::Page& page) {
  const std::lock_guard lock(mutex_);
  if (std::ranges::any_of(loads_, [&](const auto& load) { return load->reader == reader; })) return nullptr;
  const auto at = slots_.find(reader);
  const bool warm = at != slots_.end() && at->second.ring && at->second.reader->valid_until > clock_.now();
  // A ring that cannot even give the newest page has lost too many to deletions.
  const bool newest_page =
      !page.max_id && !page.since_id && !page.min_id && static_cast<std::size_t>(page.limit) <= options_.ring_size;
  if (warm && !newest_page) return nullptr;
  return loads_.emplace_back(std::make_shared<Load>(Load{.reader = reader, .created = {}, .deleted = {}}));
}

void Feeds::end_load(const std::shared_ptr<Load>& load, Reader reader, std::optional<Ring> ring) {
  const std::lock_guard lock(mutex_);
  std::erase(loads_, load);
  if (ring) {
    for (const auto& status : load->created) {
      admits(reader, status) ? ring->insert(entry_of(status)) : ring->erase_entry(status.id);
    }
    for (const auto id : load->deleted) ring->erase(id);
  }
  // What changed meanwhile may be in it or not: the next one reads again. A stream is told by changed().
  const auto known = slots_.find(load->reader);
  const bool pinned_without = known != slots_.end() && known->second.pins > 0 && !known->second.reader;
  if (load->stale && !pinned_without) return;
  Slot& mine = slot(load->reader);
  mine.ring = load->stale ? std::nullopt : std::move(ring);
  set_reader(load->reader, mine, std::make_shared<const Reader>(std::move(reader)));
  make_room();
}

void Feeds::abandon(const std::shared_ptr<Load>& load) {
  const std::lock_guard lock(mutex_);
  std::erase(loads_, load);
}

Feeds::Slot& Feeds::slot(AccountId reader) {
  const auto [at, is_new] = slots_.try_emplace(reader);
  if (is_new) {
    used_.push_front(reader);
    at->second.used = used_.begin();
  }
  return at->second;
}

void Feeds::set_reader(AccountId id, Slot& at, std::shared_ptr<const Reader> reader) {
  index(id, at.reader.get(), reader.get());
  at.reader = std::move(reader);
  account_for(at);
}

/// Most of what a reader follows stays when something changes.
void Feeds::index(AccountId id, const Reader* old, const Reader* fresh) {
  const auto add = [&](auto& map, const auto& key) {
    auto& readers = map[key];
    readers.insert(std::ranges::lower_bound(readers, id), id);
  };
  const auto remove = [&](auto& map, const auto& key) {
    const auto readers = map.find(key);
    if (readers == map.end()) return;
    const auto at = std::ranges::lower_bound(readers->second, id);
    if (at != readers->second.end() && *at == id) readers->second.erase(at);
    if (readers->second.empty()) map.erase(readers);
  };
  if (old != nullptr) {
    for (const auto& [author, follow] : old->follows) {
      if (fresh == nullptr || !fresh->follows.contains(author)) remove(followers_, author);
    }
    for (const auto& tag : old->followed_tags) {
      if (fresh == nullptr || !fresh->followed_tags.contains(tag)) remove(tag_followers_, tag);
    }
  }
  if (fresh == nullptr) return;
  for (const auto& [author, follow] : fresh->follows) {
    if (old == nullptr || !old->follows.contains(author)) add(followers_, author);
  }
  for (const auto& tag : fresh->followed_tags) {
    if (old == nullptr || !old->followed_tags.contains(tag)) add(tag_followers_, tag);
  }
}

void Feeds::account_for(Slot& at) {
  bytes_ -= at.bytes;
  // An author's list of readers holds the reader's id as well.
  at.bytes = (at.reader ? at.reader->bytes() + at.reader->follows.size() * sizeof(AccountId) : 0) +
             (at.ring ? options_.ring_size * sizeof(HomeEntry) : 0);
  bytes_ += at.bytes;
}

void Feeds::forget(Slots::iterator at) {
  at->second.ring.reset();
  set_reader(at->first, at->second, nullptr);
  used_.erase(at->second.used);
  slots_.erase(at);
}

void Feeds::make_room() {
  for (auto oldest = used_.end(); bytes_ > options_.max_bytes && oldest != used_.begin();) {
    --oldest;
    const auto at = slots_.find(*oldest);
    if (at->second.pins > 0) continue;
    ++oldest;  // the element goes, its successor stays
    forget(at);
  }
}

}  // namespace dunlin::feed
