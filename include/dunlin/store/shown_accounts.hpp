#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Accounts as the world sees them: without the instance actor and without local ones whose user is not yet confirmed
/// and approved. Suspended accounts are there; what is shown of them is the entity's business.
namespace dunlin::store {

std::optional<model::Account> find_shown_account(db::Tx& tx, AccountId id);
/// Case-insensitive; domain nullopt = local.
std::optional<model::Account> find_shown_account_by_handle(db::Tx& tx, std::string_view username,
                                                           const std::optional<std::string>& domain);
/// Any order; unknown and hidden ids are left out.
std::vector<model::Account> list_shown_accounts(db::Tx& tx, std::span<const AccountId> ids);

}  // namespace dunlin::store
