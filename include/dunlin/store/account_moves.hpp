#pragma once

#include "dunlin/base/id.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/relationship.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace dunlin::store {

/// When the account last moved.
std::optional<Time> find_move(db::Tx& tx, AccountId account);
void save_move(db::Tx& tx, AccountId account, AccountId target);
void set_moved_to(db::Tx& tx, AccountId account, std::optional<AccountId> target);
void set_also_known_as(db::Tx& tx, AccountId account, const std::vector<std::string>& uris);

/// Follows of `account` by local accounts, in order of id, after `after`.
std::vector<model::Follow> list_local_follows_of(db::Tx& tx, AccountId account, FollowId after, int limit);
/// Who blocks or mutes the one, blocks or mutes the other as well.
void copy_blocks_and_mutes(db::Tx& tx, AccountId from, AccountId to);
/// What local people have noted down about the one is put before what they have about the other, below `heading`: once,
/// and cut at 20,000 characters.
void copy_account_notes(db::Tx& tx, AccountId from, AccountId to, std::string_view heading);

/// The parties of a Block activity; nullopt: unknown.
struct BlockParties {
  AccountId account_id;
  AccountId target_account_id;
};
/// The block that `by` calls so.
std::optional<BlockParties> find_block_parties(db::Tx& tx, std::string_view uri, AccountId by);

}  // namespace dunlin::store
