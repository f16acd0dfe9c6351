#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/page.hpp"
#include "dunlin/store/relationships.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::store {

std::optional<model::Block> find_block(db::Tx& tx, AccountId who, AccountId target);
/// Whom `who` blocks.
std::vector<AccountRef> list_blocks(db::Tx& tx, AccountId who, const model::Page& page);

/// false: it was there.
bool insert_domain_block(db::Tx& tx, AccountId who, std::string_view domain, std::int64_t row_id);
bool delete_domain_block(db::Tx& tx, AccountId who, std::string_view domain);
bool has_domain_block(db::Tx& tx, AccountId who, std::string_view domain);
struct DomainBlock {
  std::int64_t row_id;
  std::string domain;
};
std::vector<DomainBlock> list_domain_blocks(db::Tx& tx, AccountId who, const model::Page& page);

/// What `who` has to do with the accounts of one server.
struct DomainTies {
  std::vector<AccountId> following;  // followed or asked
  std::vector<AccountId> followers;  // following or asking
};
DomainTies list_domain_ties(db::Tx& tx, AccountId who, std::string_view domain);
struct DomainCounts {
  std::int64_t following = 0;
  std::int64_t followers = 0;
};
/// Follows only, no requests.
DomainCounts count_domain_follows(db::Tx& tx, AccountId who, std::string_view domain);

/// What `who` was told by `from`.
void delete_notifications_from(db::Tx& tx, AccountId who, AccountId from);
void delete_notifications_from_domain(db::Tx& tx, AccountId who, std::string_view domain);

}  // namespace dunlin::store
