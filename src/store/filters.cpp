#include "rows.hpp"

#include "dunlin/db/statement.hpp"
#include "dunlin/store/instance.hpp"

#include <map>

namespace dunlin::store {

const db::Statement kListFilters{"filters.list", R"sql(
SELECT id, title, contexts, action, expires_at FROM filters WHERE account_id = $1 ORDER BY id)sql"};
const db::Statement kListFilterKeywords{"filters.keywords", R"sql(
SELECT k.filter_id, k.id, k.keyword, k.whole_word
FROM filters f JOIN filter_keywords k ON k.filter_id = f.id
WHERE f.account_id = $1
ORDER BY k.id)sql"};
const db::Statement kListFilterStatuses{"filters.statuses", R"sql(
SELECT s.filter_id, s.id, s.status_id
FROM filters f JOIN filter_statuses s ON s.filter_id = f.id
WHERE f.account_id = $1
ORDER BY s.id)sql"};

std::vector<Filter> list_filters(db::Tx& tx, AccountId who) {
  auto filters = all_rows(tx.exec(kListFilters, {who}), [](const db::Row& row) {
    return Filter{.id = row.id<FilterId>(0),
                  .title = std::string(row.text(1)),
                  .contexts = row.texts(2),
                  .action = row.i32(3),
                  .expires_at = row.opt_time(4),
                  .keywords = {},
                  .statuses = {}};
  });
  if (filters.empty()) return filters;

  std::map<FilterId, Filter*> by_id;
  for (auto& filter : filters) by_id[filter.id] = &filter;
  for (const auto row : tx.exec(kListFilterKeywords, {who})) {
    const auto it = by_id.find(row.id<FilterId>(0));
    if (it == by_id.end()) continue;  // made by another session since
    it->second->keywords.push_back(
        {.id = row.i64(1), .keyword = std::string(row.text(2)), .whole_word = row.boolean(3)});
  }
  for (const auto row : tx.exec(kListFilterStatuses, {who})) {
    const auto it = by_id.find(row.id<FilterId>(0));
    if (it == by_id.end()) continue;
    it->second->statuses.push_back({.id = row.i64(1), .status_id = row.id<StatusId>(2)});
  }
  return filters;
}

}  // namespace dunlin::store
