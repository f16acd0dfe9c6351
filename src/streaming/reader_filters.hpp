#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/service/filter_matcher.hpp"

#include <memory>
#include <span>
#include <unordered_map>

namespace dunlin::streaming {

/// The filters of those who listen, read once and kept until they change or one of them ends. One thread.
class ReaderFilters {
 public:
  const service::FilterMatcher& of(db::Tx& tx, AccountId reader);
  /// One statement for all who are not known yet and have none, as most.
  void expect(db::Tx& tx, std::span<const AccountId> readers);
  void forget(AccountId reader) { readers_.erase(reader); }

 private:
  struct Known {
    service::FilterMatcher matcher;
    Time valid_until = Time::max();
  };
  std::unordered_map<AccountId, Known> readers_;
};

}  // namespace dunlin::streaming
