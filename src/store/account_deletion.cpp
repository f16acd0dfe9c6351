#include "dunlin/store/account_deletion.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

namespace {

const db::Statement kCloseAccount{"account_deletion.close", R"sql(
WITH login AS (DELETE FROM users WHERE account_id = $1),
name AS (
  INSERT INTO deleted_usernames (username, deleted_at)
  SELECT lower(username), $2 FROM accounts WHERE id = $1
  ON CONFLICT (username) DO NOTHING)
UPDATE accounts
SET deleted_at = coalesce(deleted_at, $2), suspended_at = coalesce(suspended_at, $2), display_name = '',
    search_name = '', note = '', note_source = '', fields = '[]', avatar_url = '', header_url = '',
    also_known_as = '{}', avatar_description = '', header_description = '', attribution_domains = '{}', discoverable = false, indexable = false, role = 0
WHERE id = $1)sql"};
const db::Statement kCloseRemoteAccount{"account_deletion.close_remote", R"sql(
UPDATE accounts
SET deleted_at = coalesce(deleted_at, $2), suspended_at = coalesce(suspended_at, $2)
WHERE id = $1)sql"};
const db::Statement kIsDeletedUsername{"account_deletion.is_deleted_username",
                                       "SELECT EXISTS (SELECT FROM deleted_usernames WHERE username = lower($1))"};
const db::Statement kListToErase{"account_deletion.list_statuses",
                                 "SELECT id FROM statuses WHERE account_id = $1 ORDER BY id LIMIT $2"};
const db::Statement kErase{"account_deletion.erase_statuses", "DELETE FROM statuses WHERE id = ANY($1::bigint[])"};
const db::Statement kKeepKey{"account_deletion.keep_key", R"sql(
INSERT INTO departed_keys (account_id, key_id, public_pem, private_pem, expires_at)
SELECT account_id, key_id, public_pem, private_pem, $2
FROM account_keys
WHERE account_id = $1 AND private_pem IS NOT NULL AND algorithm = 0
ORDER BY coalesce(main_from <= $3, true) DESC, main_from DESC NULLS LAST, created_at DESC
LIMIT 1
ON CONFLICT (account_id) DO NOTHING)sql"};
const db::Statement kPurgeKeys{"account_deletion.purge_keys", "DELETE FROM departed_keys WHERE expires_at <= $1"};
const db::Statement kListDepartedKeys{
    "account_deletion.list_keys", "SELECT account_id, private_pem FROM departed_keys ORDER BY account_id FOR UPDATE"};
const db::Statement kSetDepartedKey{"account_deletion.set_key",
                                    "UPDATE departed_keys SET private_pem = $2 WHERE account_id = $1"};

}  // namespace

void close_account(db::Tx& tx, AccountId id) {
  tx.exec(kCloseAccount, {id, tx.now()});
}

void close_remote_account(db::Tx& tx, AccountId id) {
  tx.exec(kCloseRemoteAccount, {id, tx.now()});
}

bool is_deleted_username(db::Tx& tx, std::string_view username) {
  return tx.exec(kIsDeletedUsername, {username})[0].boolean(0);
}

std::vector<StatusId> list_statuses_to_erase(db::Tx& tx, AccountId id, int limit) {
  return all_rows(tx.exec(kListToErase, {id, limit}), [](const db::Row& row) { return row.id<StatusId>(0); });
}

void erase_statuses(db::Tx& tx, const std::vector<StatusId>& ids) {
  tx.exec(kErase, {db::Param::ids(ids)});
}

void keep_departed_key(db::Tx& tx, AccountId id, Time until) {
  tx.exec(kKeepKey, {id, until, tx.now()});
}

std::size_t purge_departed_keys(db::Tx& tx) {
  return tx.exec(kPurgeKeys, {tx.now()}).affected();
}

std::vector<DepartedKey> list_departed_keys(db::Tx& tx) {
  return all_rows(tx.exec(kListDepartedKeys), [](const db::Row& row) {
    return DepartedKey{.account_id = row.id<AccountId>(0), .private_pem = std::string(row.text(1))};
  });
}

void set_departed_key(db::Tx& tx, AccountId id, std::string_view private_pem) {
  tx.exec(kSetDepartedKey, {id, private_pem});
}

}  // namespace dunlin::store
