#pragma once

#include "rows.hpp"

#include "dunlin/db/statement.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/page.hpp"
#include "dunlin/store/relationships.hpp"

#include <cstdint>
#include <vector>

namespace dunlin::store {

inline AccountRef read_account_ref(const db::Row& row) {
  return {.row_id = row.i64(0), .account_id = row.id<AccountId>(1)};
}

/// A page of (row id, account id); both statements take ($1 owner, $2 below, $3 above, $4 limit).
inline std::vector<AccountRef> read_account_refs(db::Tx& tx, const db::Statement& down, const db::Statement& up,
                                                 std::int64_t owner, const model::Page& page) {
  return page_rows(tx.exec(page.upwards() ? up : down, {owner, page.below(), page.above(), page.limit}), page,
                   read_account_ref);
}

}  // namespace dunlin::store
