#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/page.hpp"
#include "dunlin/store/relationships.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace dunlin::store {

/// Nothing happens when it is there.
void insert_endorsement(db::Tx& tx, AccountId who, AccountId target, std::int64_t row_id);
void delete_endorsement(db::Tx& tx, AccountId who, AccountId target);
std::vector<AccountRef> list_endorsements(db::Tx& tx, AccountId who, const model::Page& page);

/// "" removes it.
void save_account_note(db::Tx& tx, AccountId who, AccountId target, std::string_view comment);

struct FamiliarFollowers {
  AccountId account_id;
  std::vector<AccountId> followers;
};
/// For each known, not suspended id, in the order asked: whom `who` follows of its followers, at most `limit`; nobody
/// where the account hides its network. One statement.
std::vector<FamiliarFollowers> list_familiar_followers(db::Tx& tx, AccountId who, std::span<const AccountId> ids,
                                                       int limit);

}  // namespace dunlin::store
