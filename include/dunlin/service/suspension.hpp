#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/service/environment.hpp"

namespace dunlin::service {

/// A moderator suspends a local account, or no longer: it is hidden here, and its followers' servers are told to do the
/// same. Who asked to follow it is refused; those who do follow stay, so that a suspension can be lifted.
void suspend_local_account(db::Tx& tx, const Environment& env, model::Account account, bool suspended);

}  // namespace dunlin::service
