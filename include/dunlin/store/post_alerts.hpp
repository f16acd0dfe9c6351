#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/status.hpp"

#include <vector>

namespace dunlin::store {

/// Local followers of the author who want to be told of each new status in this language. Those whom it mentions are
/// not among them: they are told that.
std::vector<AccountId> list_alerted_followers(db::Tx& tx, const model::Status& status);

}  // namespace dunlin::store
