#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/relationship.hpp"

/// What every action between two accounts begins and ends with.
namespace dunlin::service {

/// Errors: not_found, also for accounts that the world must not know of yet.
Result<model::Account> existing_target(db::Tx& tx, AccountId id);
/// As it is now; both accounts exist.
model::Relationship relationship(db::Tx& tx, AccountId viewer, AccountId target);

}  // namespace dunlin::service
