#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"
#include "dunlin/db/tx.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// The end of an account. What it owns goes by foreign keys; store::delete_account is the last step.
namespace dunlin::store {

/// Suspends it, empties its profile, removes its login with all tokens and sessions, and keeps its name from others.
void close_account(db::Tx& tx, AccountId id);
/// The same of an account of another server.
void close_remote_account(db::Tx& tx, AccountId id);
/// A deleted account once had this name.
bool is_deleted_username(db::Tx& tx, std::string_view username);
/// Some statuses of the account, oldest first.
std::vector<StatusId> list_statuses_to_erase(db::Tx& tx, AccountId id, int limit);
/// Takes the rows away. Counters have been settled (store::delete_status).
void erase_statuses(db::Tx& tx, const std::vector<StatusId>& ids);
/// What signs the last deliveries when the account is gone.
void keep_departed_key(db::Tx& tx, AccountId id, Time until);
std::size_t purge_departed_keys(db::Tx& tx);
struct DepartedKey {
  AccountId account_id;
  std::string private_pem;
};
std::vector<DepartedKey> list_departed_keys(db::Tx& tx);
void set_departed_key(db::Tx& tx, AccountId id, std::string_view private_pem);

}  // namespace dunlin::store
