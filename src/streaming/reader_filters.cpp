#include "reader_filters.hpp"

#include "dunlin/store/filters.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace dunlin::streaming {

namespace {

// Of those who have gone nobody tells: now and then all are read again. More than that only listen to one status.
constexpr std::size_t kMaxReaders = 20'000;

}  // namespace

void ReaderFilters::expect(db::Tx& tx, std::span<const AccountId> readers) {
  std::vector<AccountId> unknown;
  for (const auto reader : readers) {
    if (!readers_.contains(reader)) unknown.push_back(reader);
  }
  if (unknown.empty()) return;
  if (readers_.size() + unknown.size() > kMaxReaders) {
    readers_.clear();
    unknown.assign(readers.begin(), readers.end());
  }
  auto owners = store::list_filter_owners(tx, unknown);
  std::ranges::sort(owners);
  for (const auto reader : unknown) {
    if (!std::ranges::binary_search(owners, reader)) readers_.try_emplace(reader);
  }
}

const service::FilterMatcher& ReaderFilters::of(db::Tx& tx, AccountId reader) {
  const auto known = readers_.find(reader);
  if (known != readers_.end() && known->second.valid_until > tx.now()) return known->second.matcher;
  auto filters = store::list_filters(tx, reader);
  Known fresh;
  for (const auto& filter : filters) {
    if (filter.expires_at && *filter.expires_at > tx.now()) {
      fresh.valid_until = std::min(fresh.valid_until, *filter.expires_at);
    }
  }
  fresh.matcher = service::FilterMatcher(std::move(filters), tx.now());
  return readers_.insert_or_assign(reader, std::move(fresh)).first->second.matcher;
}

}  // namespace dunlin::streaming
