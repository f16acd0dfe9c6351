#pragma once

#include "dunlin/db/tx.hpp"

#include <span>
#include <vector>

namespace dunlin::store {

/// Those of `ids`, in this order, that `viewer` may see: store::list_visible_statuses without the rows.
std::vector<StatusId> list_visible_ids(db::Tx& tx, AccountId viewer, std::span<const StatusId> ids);

}  // namespace dunlin::store
