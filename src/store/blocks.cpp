#include "dunlin/store/blocks.hpp"

#include "account_refs.hpp"
#include "rows.hpp"
#include "sight.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {
namespace {

model::Block read_block(const db::Row& row) {
  return {.id = row.i64(0),
          .account_id = row.id<AccountId>(1),
          .target_account_id = row.id<AccountId>(2),
          .uri = row.opt_text(3)};
}

}  // namespace

const db::Statement kFindBlock{
    "blocks.find",
    "SELECT id, account_id, target_account_id, uri FROM blocks WHERE account_id = $1 AND target_account_id = $2"};

std::optional<model::Block> find_block(db::Tx& tx, AccountId who, AccountId target) {
  return first_row(tx.exec(kFindBlock, {who, target}), read_block);
}

#define DUNLIN_BLOCKS(order)                                                                            \
  "SELECT b.id, b.target_account_id FROM blocks b WHERE b.account_id = $1 AND b.id < $2 AND b.id > $3 " \
  "AND " DUNLIN_NOT_SUSPENDED("b.target_account_id") " ORDER BY b.id " order " LIMIT $4"

const db::Statement kListBlocks{"blocks.list", DUNLIN_BLOCKS("DESC")};
const db::Statement kListBlocksUp{"blocks.list_up", DUNLIN_BLOCKS("ASC")};

std::vector<AccountRef> list_blocks(db::Tx& tx, AccountId who, const model::Page& page) {
  return read_account_refs(tx, kListBlocks, kListBlocksUp, who.value, page);
}

const db::Statement kInsertDomainBlock{"domain_blocks.insert", R"sql(
INSERT INTO account_domain_blocks (id, account_id, domain, created_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (account_id, domain) DO NOTHING)sql"};

bool insert_domain_block(db::Tx& tx, AccountId who, std::string_view domain, std::int64_t row_id) {
  return tx.exec(kInsertDomainBlock, {row_id, who, domain, tx.now()}).affected() > 0;
}

const db::Statement kDeleteDomainBlock{"domain_blocks.delete",
                                       "DELETE FROM account_domain_blocks WHERE account_id = $1 AND domain = $2"};

bool delete_domain_block(db::Tx& tx, AccountId who, std::string_view domain) {
  return tx.exec(kDeleteDomainBlock, {who, domain}).affected() > 0;
}

const db::Statement kHasDomainBlock{
    "domain_blocks.has", "SELECT EXISTS (SELECT 1 FROM account_domain_blocks WHERE account_id = $1 AND domain = $2)"};

bool has_domain_block(db::Tx& tx, AccountId who, std::string_view domain) {
  return tx.exec(kHasDomainBlock, {who, domain})[0].boolean(0);
}

#define DUNLIN_DOMAIN_BLOCKS(order)                                                            \
  "SELECT id, domain FROM account_domain_blocks WHERE account_id = $1 AND id < $2 AND id > $3" \
  " ORDER BY id " order " LIMIT $4"

const db::Statement kListDomainBlocks{"domain_blocks.list", DUNLIN_DOMAIN_BLOCKS("DESC")};
const db::Statement kListDomainBlocksUp{"domain_blocks.list_up", DUNLIN_DOMAIN_BLOCKS("ASC")};

std::vector<DomainBlock> list_domain_blocks(db::Tx& tx, AccountId who, const model::Page& page) {
  return page_rows(
      tx.exec(page.upwards() ? kListDomainBlocksUp : kListDomainBlocks, {who, page.below(), page.above(), page.limit}),
      page, [](const db::Row& row) { return DomainBlock{.row_id = row.i64(0), .domain = std::string(row.text(1))}; });
}

const db::Statement kListDomainTies{"domain_blocks.ties", R"sql(
SELECT a.id, true FROM follows f JOIN accounts a ON a.id = f.target_account_id WHERE f.account_id = $1 AND a.domain = $2
UNION
SELECT a.id, true
FROM follow_requests f JOIN accounts a ON a.id = f.target_account_id
WHERE f.account_id = $1 AND a.domain = $2
UNION
SELECT a.id, false FROM follows f JOIN accounts a ON a.id = f.account_id WHERE f.target_account_id = $1 AND a.domain = $2
UNION
SELECT a.id, false
FROM follow_requests f JOIN accounts a ON a.id = f.account_id
WHERE f.target_account_id = $1 AND a.domain = $2
ORDER BY 1)sql"};

DomainTies list_domain_ties(db::Tx& tx, AccountId who, std::string_view domain) {
  DomainTies ties;
  for (const auto row : tx.exec(kListDomainTies, {who, domain})) {
    (row.boolean(1) ? ties.following : ties.followers).push_back(row.id<AccountId>(0));
  }
  return ties;
}

const db::Statement kCountDomainFollows{"domain_blocks.count_follows", R"sql(
SELECT (SELECT count(*) FROM follows f JOIN accounts a ON a.id = f.target_account_id
        WHERE f.account_id = $1 AND a.domain = $2),
       (SELECT count(*) FROM follows f JOIN accounts a ON a.id = f.account_id
        WHERE f.target_account_id = $1 AND a.domain = $2))sql"};

DomainCounts count_domain_follows(db::Tx& tx, AccountId who, std::string_view domain) {
  const auto rows = tx.exec(kCountDomainFollows, {who, domain});
  return {.following = rows[0].i64(0), .followers = rows[0].i64(1)};
}

const db::Statement kDeleteNotificationsFrom{
    "notifications.delete_from", "DELETE FROM notifications WHERE account_id = $1 AND from_account_id = $2"};

void delete_notifications_from(db::Tx& tx, AccountId who, AccountId from) {
  tx.exec(kDeleteNotificationsFrom, {who, from});
}

const db::Statement kDeleteNotificationsFromDomain{"notifications.delete_from_domain", R"sql(
DELETE FROM notifications n
USING accounts a
WHERE n.account_id = $1 AND a.id = n.from_account_id AND a.domain = $2)sql"};

void delete_notifications_from_domain(db::Tx& tx, AccountId who, std::string_view domain) {
  tx.exec(kDeleteNotificationsFromDomain, {who, domain});
}

}  // namespace dunlin::store
