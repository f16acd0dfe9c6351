#include "dunlin/store/visible_ids.hpp"

#include "sight.hpp"

#include "dunlin/db/statement.hpp"

#include <set>

namespace dunlin::store {

const db::Statement kVisibleIds{
    "statuses.visible_ids",
    "SELECT s.id FROM statuses s WHERE s.id = ANY($2::bigint[]) AND " DUNLIN_VISIBLE("s", "$1")};

std::vector<StatusId> list_visible_ids(db::Tx& tx, AccountId viewer, std::span<const StatusId> ids) {
  if (ids.empty()) return {};
  std::set<StatusId> visible;
  for (const auto row : tx.exec(kVisibleIds, {viewer, db::Param::ids(ids)})) visible.insert(row.id<StatusId>(0));
  std::vector<StatusId> out;
  for (const auto id : ids) {
    if (visible.contains(id)) out.push_back(id);
  }
  return out;
}

}  // namespace dunlin::store
