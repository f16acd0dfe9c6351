#include "rows.hpp"

#include "dunlin/db/statement.hpp"
#include "dunlin/store/accounts.hpp"

namespace dunlin::store {

#define DUNLIN_KEY_COLUMNS                                                           \
  "k.key_id, k.account_id, k.algorithm, k.public_pem, k.private_pem, k.fetched_at, " \
  "k.main_from, k.expires_at, k.asserts"

namespace {

model::AccountKey read_key(const db::Row& row) {
  return {.key_id = std::string(row.text(0)),
          .account_id = row.id<AccountId>(1),
          .algorithm = static_cast<model::KeyAlgorithm>(row.i32(2)),
          .public_pem = std::string(row.text(3)),
          .private_pem = row.opt_text(4),
          .fetched_at = row.opt_time(5),
          .expires_at = row.opt_time(7),
          .asserts = row.boolean(8),
          .main_from = row.opt_time(6)};
}

}  // namespace

const db::Statement kInsertKey{"account_keys.insert", R"sql(
INSERT INTO account_keys (key_id, account_id, algorithm, public_pem, private_pem, created_at, fetched_at, main_from)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8))sql"};

void insert_key(db::Tx& tx, const model::AccountKey& key) {
  tx.exec(kInsertKey, {key.key_id, key.account_id, static_cast<int>(key.algorithm), key.public_pem, key.private_pem,
                       tx.now(), key.fetched_at, key.main_from});
}

const db::Statement kFindKey{"account_keys.find",
                             "SELECT " DUNLIN_KEY_COLUMNS " FROM account_keys k WHERE k.key_id = $1"};

std::optional<model::AccountKey> find_key(db::Tx& tx, std::string_view key_id) {
  return first_row(tx.exec(kFindKey, {key_id}), read_key);
}

// The newest whose time has come; the key of a deleted account lives in a table of its own.
const db::Statement kFindSigningKey{"account_keys.find_signing", R"sql(
SELECT key_id, account_id, algorithm, public_pem, private_pem, fetched_at, main_from, NULL::timestamptz, false
FROM (
  SELECT k.key_id, k.account_id, k.algorithm, k.public_pem, k.private_pem, k.fetched_at, k.main_from, k.created_at
  FROM account_keys k
  WHERE k.account_id = $1 AND k.algorithm = $2 AND k.private_pem IS NOT NULL
  UNION ALL
  SELECT d.key_id, d.account_id, $2, d.public_pem, d.private_pem, NULL, NULL, NULL FROM departed_keys d
  WHERE d.account_id = $1 AND $2 = 0) found
ORDER BY coalesce(main_from <= $3, true) DESC, main_from DESC NULLS LAST, created_at DESC NULLS LAST, key_id
LIMIT 1)sql"};

std::optional<model::AccountKey> find_signing_key(db::Tx& tx, AccountId id, model::KeyAlgorithm algorithm) {
  const Time shown_before = tx.now() - kMainKeySignsAfter;
  return first_row(tx.exec(kFindSigningKey, {id, static_cast<int>(algorithm), shown_before}), read_key);
}

const db::Statement kPurgeReplacedKeys{"account_keys.purge_replaced", R"sql(
DELETE FROM account_keys old
USING account_keys rotated
WHERE rotated.main_from <= $1 AND old.account_id = rotated.account_id AND old.algorithm = rotated.algorithm
  AND old.private_pem IS NOT NULL AND coalesce(old.main_from < rotated.main_from, true))sql"};

void purge_replaced_keys(db::Tx& tx, Time before) {
  tx.exec(kPurgeReplacedKeys, {before});
}

const db::Statement kDeleteOtherKeys{"account_keys.delete_others", R"sql(
DELETE FROM account_keys WHERE account_id = $1 AND private_pem IS NOT NULL AND key_id <> ALL($2::text[]))sql"};

void delete_other_keys(db::Tx& tx, AccountId id, std::span<const std::string> kept) {
  tx.exec(kDeleteOtherKeys, {id, db::Param::texts(kept)});
}

const db::Statement kListKeys{"account_keys.list", "SELECT " DUNLIN_KEY_COLUMNS R"sql(
FROM account_keys k WHERE k.account_id = $1
ORDER BY coalesce(k.main_from <= $2, true) DESC, k.main_from DESC NULLS LAST, k.created_at, k.key_id)sql"};

std::vector<model::AccountKey> list_keys(db::Tx& tx, AccountId id) {
  return all_rows(tx.exec(kListKeys, {id, tx.now()}), read_key);
}

const db::Statement kReplaceKeys{"account_keys.replace", R"sql(
WITH gone AS (
  DELETE FROM account_keys WHERE account_id = $1 AND key_id <> ALL($2::text[]))
INSERT INTO account_keys (key_id, account_id, algorithm, public_pem, created_at, fetched_at, expires_at, asserts)
SELECT DISTINCT ON (k.id) k.id, $1::bigint, k.algorithm, k.pem, $5::timestamptz, $5::timestamptz,
       nullif(k.expires_at, '')::timestamptz, k.asserts = 1
FROM unnest($2::text[], $3::bigint[], $4::text[], $6::text[], $7::bigint[]) AS k (id, algorithm, pem, expires_at, asserts)
ON CONFLICT (key_id) DO UPDATE
SET algorithm = EXCLUDED.algorithm, public_pem = EXCLUDED.public_pem, fetched_at = EXCLUDED.fetched_at,
    expires_at = EXCLUDED.expires_at, asserts = EXCLUDED.asserts
WHERE account_keys.account_id = EXCLUDED.account_id)sql"};

void replace_keys(db::Tx& tx, AccountId id, std::span<const model::AccountKey> keys) {
  std::vector<std::string> key_ids;
  std::vector<std::int64_t> algorithms;
  std::vector<std::string> pems;
  std::vector<std::string> ends;
  std::vector<std::int64_t> asserts;
  for (const auto& key : keys) {
    key_ids.push_back(key.key_id);
    algorithms.push_back(static_cast<std::int64_t>(key.algorithm));
    pems.push_back(key.public_pem);
    ends.emplace_back(key.expires_at ? db::Param(*key.expires_at).c_str() : "");
    asserts.push_back(key.asserts ? 1 : 0);
  }
  tx.exec(kReplaceKeys, {id, db::Param::texts(key_ids), db::Param::bigints(algorithms), db::Param::texts(pems),
                         tx.now(), db::Param::texts(ends), db::Param::bigints(asserts)});
}

const db::Statement kListPrivateKeys{"account_keys.list_private", R"sql(
SELECT key_id, private_pem FROM account_keys
WHERE private_pem IS NOT NULL AND key_id > $1
ORDER BY key_id
LIMIT $2
FOR UPDATE)sql"};

std::vector<PrivateKeyRow> list_private_keys(db::Tx& tx, std::string_view after, int limit) {
  return all_rows(tx.exec(kListPrivateKeys, {after, limit}), [](const db::Row& row) {
    return PrivateKeyRow{.key_id = std::string(row.text(0)), .private_pem = std::string(row.text(1))};
  });
}

const db::Statement kSetPrivateKey{
    "account_keys.set_private",
    "UPDATE account_keys SET private_pem = $2 WHERE key_id = $1 AND private_pem IS NOT NULL"};

void set_private_key(db::Tx& tx, std::string_view key_id, std::string_view private_pem) {
  tx.exec(kSetPrivateKey, {key_id, private_pem});
}

const db::Statement kInsertSpareKey{"account_keys.insert_spare",
                                    "INSERT INTO spare_keys (id, private_pem, created_at) VALUES ($1, $2, $3)"};

void insert_spare_key(db::Tx& tx, std::int64_t id, std::string_view private_pem) {
  tx.exec(kInsertSpareKey, {id, private_pem, tx.now()});
}

const db::Statement kTakeSpareKey{"account_keys.take_spare", R"sql(
DELETE FROM spare_keys
WHERE id = (SELECT id FROM spare_keys ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1)
RETURNING private_pem)sql"};

std::optional<std::string> take_spare_key(db::Tx& tx) {
  return first_row(tx.exec(kTakeSpareKey), [](const db::Row& row) { return std::string(row.text(0)); });
}

const db::Statement kDeleteSpareKeys{"account_keys.delete_spare", "DELETE FROM spare_keys"};

void delete_spare_keys(db::Tx& tx) {
  tx.exec(kDeleteSpareKeys);
}

const db::Statement kCountSpareKeys{"account_keys.count_spare", "SELECT count(*) FROM spare_keys"};

std::int64_t count_spare_keys(db::Tx& tx) {
  return tx.exec(kCountSpareKeys)[0].i64(0);
}

}  // namespace dunlin::store
