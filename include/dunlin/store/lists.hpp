#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/list.hpp"
#include "dunlin/model/page.hpp"
#include "dunlin/store/relationships.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace dunlin::store {

void insert_list(db::Tx& tx, const model::List& list);
void update_list(db::Tx& tx, const model::List& list);
/// false: `owner` has no such list.
bool delete_list(db::Tx& tx, AccountId owner, model::ListId id);
std::optional<model::List> find_list(db::Tx& tx, AccountId owner, model::ListId id);
/// In the order of their making.
std::vector<model::List> list_lists(db::Tx& tx, AccountId owner);
/// Those of `owner` that have `member`.
std::vector<model::List> list_lists_with(db::Tx& tx, AccountId owner, AccountId member);

std::vector<AccountRef> list_list_accounts(db::Tx& tx, model::ListId id, const model::Page& page);
struct NewMember {
  std::int64_t row_id;
  AccountId account_id;
};
/// How many were not there before.
std::size_t insert_list_accounts(db::Tx& tx, model::ListId id, std::span<const NewMember> members);
void delete_list_accounts(db::Tx& tx, model::ListId id, std::span<const AccountId> members);
/// From all lists of `owner`.
void delete_from_lists(db::Tx& tx, AccountId owner, AccountId member);
/// Of these accounts, how many `owner` follows or has asked to follow, himself included.
std::size_t count_listable(db::Tx& tx, AccountId owner, std::span<const AccountId> accounts);

/// Ids newest first, as for the home timeline: what the members post and reblog, as the follows and the list say.
std::vector<StatusId> list_list_timeline(db::Tx& tx, const model::List& list, const model::Page& page);

}  // namespace dunlin::store
