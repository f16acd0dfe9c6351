#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/severance.hpp"

#include <span>
#include <vector>

namespace dunlin::store {

/// Adds to one of the same kind and target that is younger than a day: false then. What is large is severed in parts.
bool add_severance(db::Tx& tx, const model::Severance& severance);
/// Those of these ids that are `owner`'s.
std::vector<model::Severance> list_severances(db::Tx& tx, AccountId owner, std::span<const model::SeveranceId> ids);

}  // namespace dunlin::store
