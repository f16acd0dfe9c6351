#include "dunlin/store/lists.hpp"

#include "account_refs.hpp"
#include "rows.hpp"
#include "sight.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

#define DUNLIN_LIST_COLUMNS "l.id, l.account_id, l.title, l.replies_policy, l.exclusive"

namespace {

model::List read_list(const db::Row& row) {
  return {.id = row.id<model::ListId>(0),
          .account_id = row.id<AccountId>(1),
          .title = std::string(row.text(2)),
          .replies_policy = static_cast<model::RepliesPolicy>(row.i32(3)),
          .exclusive = row.boolean(4)};
}

}  // namespace

const db::Statement kInsertList{"lists.insert", R"sql(
INSERT INTO lists (id, account_id, title, replies_policy, exclusive, created_at)
VALUES ($1, $2, $3, $4, $5, $6))sql"};

void insert_list(db::Tx& tx, const model::List& l) {
  tx.exec(kInsertList, {l.id, l.account_id, l.title, static_cast<int>(l.replies_policy), l.exclusive, tx.now()});
}

const db::Statement kUpdateList{"lists.update",
                                "UPDATE lists SET title = $2, replies_policy = $3, exclusive = $4 WHERE id = $1"};

void update_list(db::Tx& tx, const model::List& l) {
  tx.exec(kUpdateList, {l.id, l.title, static_cast<int>(l.replies_policy), l.exclusive});
}

const db::Statement kDeleteList{"lists.delete", "DELETE FROM lists WHERE id = $2 AND account_id = $1"};

bool delete_list(db::Tx& tx, AccountId owner, model::ListId id) {
  return tx.exec(kDeleteList, {owner, id}).affected() > 0;
}

const db::Statement kFindList{"lists.find",
                              "SELECT " DUNLIN_LIST_COLUMNS " FROM lists l WHERE l.id = $2 AND l.account_id = $1"};

std::optional<model::List> find_list(db::Tx& tx, AccountId owner, model::ListId id) {
  return first_row(tx.exec(kFindList, {owner, id}), read_list);
}

const db::Statement kListLists{"lists.list",
                               "SELECT " DUNLIN_LIST_COLUMNS " FROM lists l WHERE l.account_id = $1 ORDER BY l.id"};

std::vector<model::List> list_lists(db::Tx& tx, AccountId owner) {
  return all_rows(tx.exec(kListLists, {owner}), read_list);
}

const db::Statement kListListsWith{"lists.list_with", "SELECT " DUNLIN_LIST_COLUMNS R"sql(
FROM lists l JOIN list_accounts la ON la.list_id = l.id
WHERE l.account_id = $1 AND la.account_id = $2
ORDER BY l.id)sql"};

std::vector<model::List> list_lists_with(db::Tx& tx, AccountId owner, AccountId member) {
  return all_rows(tx.exec(kListListsWith, {owner, member}), read_list);
}

#define DUNLIN_LIST_ACCOUNTS(order)                                                                        \
  "SELECT la.id, la.account_id FROM list_accounts la WHERE la.list_id = $1 AND la.id < $2 AND la.id > $3 " \
  "AND " DUNLIN_NOT_SUSPENDED("la.account_id") " ORDER BY la.id " order " LIMIT $4"

const db::Statement kListListAccounts{"lists.accounts", DUNLIN_LIST_ACCOUNTS("DESC")};
const db::Statement kListListAccountsUp{"lists.accounts_up", DUNLIN_LIST_ACCOUNTS("ASC")};

std::vector<AccountRef> list_list_accounts(db::Tx& tx, model::ListId id, const model::Page& page) {
  return read_account_refs(tx, kListListAccounts, kListListAccountsUp, id.value, page);
}

const db::Statement kInsertListAccounts{"lists.insert_accounts", R"sql(
INSERT INTO list_accounts (id, list_id, account_id)
SELECT m.id, $1, m.account_id FROM unnest($2::bigint[], $3::bigint[]) AS m (id, account_id)
ON CONFLICT (list_id, account_id) DO NOTHING)sql"};

std::size_t insert_list_accounts(db::Tx& tx, model::ListId id, std::span<const NewMember> members) {
  std::vector<std::int64_t> rows;
  std::vector<std::int64_t> accounts;
  for (const auto& member : members) {
    rows.push_back(member.row_id);
    accounts.push_back(member.account_id.value);
  }
  return tx.exec(kInsertListAccounts, {id, db::Param::bigints(rows), db::Param::bigints(accounts)}).affected();
}

const db::Statement kDeleteListAccounts{
    "lists.delete_accounts", "DELETE FROM list_accounts WHERE list_id = $1 AND account_id = ANY($2::bigint[])"};

void delete_list_accounts(db::Tx& tx, model::ListId id, std::span<const AccountId> members) {
  tx.exec(kDeleteListAccounts, {id, db::Param::ids(members)});
}

const db::Statement kDeleteFromLists{"lists.delete_from_all", R"sql(
DELETE FROM list_accounts la
USING lists l
WHERE l.id = la.list_id AND l.account_id = $1 AND la.account_id = $2)sql"};

void delete_from_lists(db::Tx& tx, AccountId owner, AccountId member) {
  tx.exec(kDeleteFromLists, {owner, member});
}

const db::Statement kCountListable{"lists.count_listable", R"sql(
SELECT count(*)
FROM unnest($2::bigint[]) AS asked (id)
WHERE asked.id = $1
   OR EXISTS (SELECT 1 FROM follows f WHERE f.account_id = $1 AND f.target_account_id = asked.id)
   OR EXISTS (SELECT 1 FROM follow_requests r WHERE r.account_id = $1 AND r.target_account_id = asked.id))sql"};

std::size_t count_listable(db::Tx& tx, AccountId owner, std::span<const AccountId> accounts) {
  return static_cast<std::size_t>(tx.exec(kCountListable, {owner, db::Param::ids(accounts)})[0].i64(0));
}

}  // namespace dunlin::store
