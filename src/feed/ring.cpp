#include "dunlin/feed/ring.hpp"

#include <algorithm>

namespace dunlin::feed {

using store::HomeEntry;

Ring::Ring(std::vector<HomeEntry> newest_first, std::size_t capacity)
    : capacity_(capacity), complete_(newest_first.size() < capacity), entries_(std::move(newest_first)) {
  std::ranges::reverse(entries_);
}

void Ring::insert(HomeEntry entry) {
  const auto at = std::ranges::lower_bound(entries_, entry.id, {}, &HomeEntry::id);
  if (at != entries_.end() && at->id == entry.id) return;
  if (at == entries_.begin() && !complete_) return;
  entries_.insert(at, entry);
  if (entries_.size() <= capacity_) return;
  entries_.erase(entries_.begin());
  complete_ = false;
}

void Ring::erase(StatusId id) {
  std::erase_if(entries_, [&](const HomeEntry& entry) { return entry.id == id || entry.reblog_of_id == id; });
}

void Ring::erase_entry(StatusId id) {
  const auto at = std::ranges::lower_bound(entries_, id, {}, &HomeEntry::id);
  if (at != entries_.end() && at->id == id) entries_.erase(at);
}

bool Ring::contains(StatusId id) const {
  return std::ranges::binary_search(entries_, id, {}, &HomeEntry::id);
}

std::optional<std::vector<HomeEntry>> Ring::page(const model::Page& page) const {
  const auto limit = static_cast<std::size_t>(std::max(page.limit, 0));
  const auto first = std::ranges::upper_bound(entries_, StatusId{page.above()}, {}, &HomeEntry::id);
  const auto last = std::ranges::lower_bound(entries_, StatusId{page.below()}, {}, &HomeEntry::id);
  std::vector<HomeEntry> out;
  if (last > first) {
    const auto count = std::min(limit, static_cast<std::size_t>(last - first));
    const auto length = static_cast<std::ptrdiff_t>(count);
    page.upwards() ? out.assign(first, first + length) : out.assign(last - length, last);
    std::ranges::reverse(out);
  }
  // Nothing that belongs on the page is older than what the ring knows.
  const bool reaches_all = complete_ || (!entries_.empty() && page.above() >= entries_.front().id.value);
  const bool enough = reaches_all || (!page.upwards() && out.size() == limit);
  return enough ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace dunlin::feed
