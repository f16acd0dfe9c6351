#include "reader_filters.hpp"

#include "dunlin/store/filters.hpp"

#include <algorithm>
#include <utility>

namespace dunlin::streaming {

namespace {

// Of those who have gone nobody tells: now and then all are read again.
constexpr std::size_t kMaxReaders = 20'000;

}  // namespace

const service::FilterMatcher& ReaderFilters::of(db::Tx& tx, AccountId reader) {
  const auto known = readers_.find(reader);
  if (known != readers_.end() && known->second.valid_until > tx.now()) return known->second.matcher;
  if (readers_.size() >= kMaxReaders) readers_.clear();
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
