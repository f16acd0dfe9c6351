#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/filter.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace dunlin::store {

/// All of these are of one owner: a stranger's filter is not found. With keywords and statuses, in one statement.
std::vector<model::Filter> list_filters(db::Tx& tx, AccountId owner);
/// Those of the accounts who have filters.
std::vector<AccountId> list_filter_owners(db::Tx& tx, std::span<const AccountId> accounts);
std::optional<model::Filter> find_filter(db::Tx& tx, AccountId owner, FilterId id);
/// The filter that has this keyword, or this status, among its own.
std::optional<model::Filter> find_filter_of_keyword(db::Tx& tx, AccountId owner, model::FilterKeywordId id);
std::optional<model::Filter> find_filter_of_status(db::Tx& tx, AccountId owner, model::FilterStatusId id);

struct FilterCounts {
  std::int64_t filters = 0;
  std::int64_t keywords = 0;  // of all filters together
  std::int64_t statuses = 0;  // likewise
};
FilterCounts count_filters(db::Tx& tx, AccountId owner);

/// Without keywords and statuses.
void insert_filter(db::Tx& tx, AccountId owner, const model::Filter& filter);
void update_filter(db::Tx& tx, const model::Filter& filter);
void delete_filter(db::Tx& tx, FilterId id);

/// Inserts it or replaces what it says.
void save_filter_keyword(db::Tx& tx, FilterId filter, const model::Filter::Keyword& keyword);
void delete_filter_keyword(db::Tx& tx, model::FilterKeywordId id);
/// false: the filter has this status already.
bool insert_filter_status(db::Tx& tx, FilterId filter, const model::Filter::Status& status);
void delete_filter_status(db::Tx& tx, model::FilterStatusId id);

}  // namespace dunlin::store
