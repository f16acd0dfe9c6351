#include "dunlin/store/accounts.hpp"

#include "account_rows.hpp"
#include "origin.hpp"
#include "rows.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/db/statement.hpp"

namespace dunlin::store {
namespace {

model::Account account_of(const db::Row& row) {
  return read_account(row);
}

}  // namespace

const db::Statement kFindAccount{"accounts.find",
                                 "SELECT " DUNLIN_ACCOUNT_COLUMNS " FROM " DUNLIN_ACCOUNT_TABLES " WHERE a.id = $1"};

std::optional<model::Account> find_account(db::Tx& tx, AccountId id) {
  return first_row(tx.exec(kFindAccount, {id}), account_of);
}

const db::Statement kFindAccountByUri{
    "accounts.find_by_uri", "SELECT " DUNLIN_ACCOUNT_COLUMNS " FROM " DUNLIN_ACCOUNT_TABLES " WHERE a.uri = $1"};

std::optional<model::Account> find_account_by_uri(db::Tx& tx, std::string_view uri) {
  return first_row(tx.exec(kFindAccountByUri, {uri}), account_of);
}

// A url is only a claim of the actor: it counts on the actor's own host. Of several there the one whose uri it is goes
// first, then the oldest.
const db::Statement kFindAccountByUrl{"accounts.find_by_url",
                                      "SELECT " DUNLIN_ACCOUNT_COLUMNS " FROM " DUNLIN_ACCOUNT_TABLES
                                      " WHERE (a.url = $1 OR a.uri = $1) AND " DUNLIN_IS_ON("a.uri", "$2") R"sql(
ORDER BY a.uri = $1 DESC, a.id
LIMIT 1)sql"};

std::optional<model::Account> find_account_by_url(db::Tx& tx, std::string_view url) {
  return first_row(tx.exec(kFindAccountByUrl, {url, origin_prefix(url)}), account_of);
}

const db::Statement kFindHolder{"accounts.find_holder",
                                "SELECT " DUNLIN_ACCOUNT_COLUMNS " FROM " DUNLIN_ACCOUNT_TABLES R"sql(
WHERE lower(a.username) = lower($1) AND a.domain IS NULL AND a.id <> $2)sql"};

std::optional<model::Account> find_username_holder(db::Tx& tx, std::string_view username) {
  return first_row(tx.exec(kFindHolder, {username, model::kInstanceActorId}), account_of);
}

const db::Statement kFindLocalAccount{"accounts.find_local",
                                      "SELECT " DUNLIN_ACCOUNT_COLUMNS " FROM " DUNLIN_ACCOUNT_TABLES R"sql(
WHERE lower(a.username) = lower($1) AND a.domain IS NULL AND a.id <> $2 AND a.deleted_at IS NULL)sql"};
const db::Statement kFindRemoteAccount{"accounts.find_remote",
                                       "SELECT " DUNLIN_ACCOUNT_COLUMNS " FROM " DUNLIN_ACCOUNT_TABLES R"sql(
WHERE lower(a.username) = lower($1) AND a.domain = lower($2) AND a.domain IS NOT NULL AND a.handle_verified)sql"};

std::optional<model::Account> find_account_by_handle(db::Tx& tx, std::string_view username,
                                                     const std::optional<std::string>& domain) {
  return first_row(domain ? tx.exec(kFindRemoteAccount, {username, *domain})
                          : tx.exec(kFindLocalAccount, {username, model::kInstanceActorId}),
                   account_of);
}

const db::Statement kListAccounts{
    "accounts.list", "SELECT " DUNLIN_ACCOUNT_COLUMNS " FROM " DUNLIN_ACCOUNT_TABLES " WHERE a.id = ANY($1::bigint[])"};

std::vector<model::Account> list_accounts(db::Tx& tx, std::span<const AccountId> ids) {
  if (ids.empty()) return {};
  return all_rows(tx.exec(kListAccounts, {db::Param::ids(ids)}), account_of);
}

const db::Statement kListAccountsByUri{"accounts.list_by_uri",
                                       "SELECT " DUNLIN_ACCOUNT_COLUMNS " FROM " DUNLIN_ACCOUNT_TABLES
                                       " WHERE a.uri = ANY($1::text[])"};

std::vector<model::Account> list_accounts_by_uri(db::Tx& tx, std::span<const std::string> uris) {
  if (uris.empty()) return {};
  return all_rows(tx.exec(kListAccountsByUri, {db::Param::texts(uris)}), account_of);
}

const db::Statement kInsertAccount{"accounts.insert", R"sql(
WITH account AS (
  INSERT INTO accounts (id, username, domain, uri, url, actor_type, display_name, search_name, note, note_source,
                        fields, locked, discoverable, indexable, hide_collections, memorial, handle_verified,
                        avatar_url, header_url, inbox_url, shared_inbox_url, outbox_url, followers_url, following_url,
                        featured_url, also_known_as, moved_to_id, suspended_at, silenced_at, created_at, updated_at,
                        fetched_at, attribution_domains, show_media, show_media_replies, show_featured,
                        avatar_description, header_description)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
          $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38)
  RETURNING id)
INSERT INTO account_stats (account_id) SELECT id FROM account)sql"};

void insert_account(db::Tx& tx, const model::Account& a) {
  tx.exec(kInsertAccount, {a.id,
                           a.username,
                           a.domain,
                           a.uri,
                           a.url,
                           static_cast<int>(a.actor_type),
                           a.display_name,
                           text::fold(a.display_name),
                           a.note,
                           a.note_source,
                           write_profile_fields(a.fields),
                           a.locked,
                           a.discoverable,
                           a.indexable,
                           a.hide_collections,
                           a.memorial,
                           a.handle_verified,
                           a.avatar_url,
                           a.header_url,
                           a.inbox_url,
                           a.shared_inbox_url,
                           a.outbox_url,
                           a.followers_url,
                           a.following_url,
                           a.featured_url,
                           db::Param::texts(a.also_known_as),
                           a.moved_to_id,
                           a.suspended_at,
                           a.silenced_at,
                           a.created_at,
                           a.updated_at,
                           a.fetched_at,
                           db::Param::texts(a.attribution_domains),
                           a.show_media,
                           a.show_media_replies,
                           a.show_featured,
                           a.avatar_description,
                           a.header_description});
}

const db::Statement kUpdateAccount{"accounts.update", R"sql(
UPDATE accounts
SET username = $2, url = $3, actor_type = $4, display_name = $5, search_name = $6, note = $7, note_source = $8,
    fields = $9, locked = $10, discoverable = $11, indexable = $12, hide_collections = $13, memorial = $14,
    handle_verified = $15, avatar_url = $16, header_url = $17, inbox_url = $18, shared_inbox_url = $19,
    outbox_url = $20, followers_url = $21, following_url = $22, featured_url = $23, also_known_as = $24,
    moved_to_id = $25, silenced_at = $26, updated_at = $27, fetched_at = $28,
    attribution_domains = $29, show_media = $30, show_media_replies = $31, show_featured = $32,
    avatar_description = $33, header_description = $34
WHERE id = $1)sql"};

void update_account(db::Tx& tx, const model::Account& a) {
  tx.exec(kUpdateAccount, {a.id,
                           a.username,
                           a.url,
                           static_cast<int>(a.actor_type),
                           a.display_name,
                           text::fold(a.display_name),
                           a.note,
                           a.note_source,
                           write_profile_fields(a.fields),
                           a.locked,
                           a.discoverable,
                           a.indexable,
                           a.hide_collections,
                           a.memorial,
                           a.handle_verified,
                           a.avatar_url,
                           a.header_url,
                           a.inbox_url,
                           a.shared_inbox_url,
                           a.outbox_url,
                           a.followers_url,
                           a.following_url,
                           a.featured_url,
                           db::Param::texts(a.also_known_as),
                           a.moved_to_id,
                           a.silenced_at,
                           a.updated_at,
                           a.fetched_at,
                           db::Param::texts(a.attribution_domains),
                           a.show_media,
                           a.show_media_replies,
                           a.show_featured,
                           a.avatar_description,
                           a.header_description});
}

const db::Statement kUnverifyHandle{"accounts.unverify_handle",
                                    "UPDATE accounts SET handle_verified = false WHERE id = $1"};

void unverify_handle(db::Tx& tx, AccountId id) {
  tx.exec(kUnverifyHandle, {id});
}

const db::Statement kSetSuspended{"accounts.set_suspended", R"sql(
UPDATE accounts
SET suspended_at = CASE WHEN $2::boolean THEN coalesce(suspended_at, $3::timestamptz) END
WHERE id = $1)sql"};

void set_suspended(db::Tx& tx, AccountId id, bool suspended) {
  tx.exec(kSetSuspended, {id, suspended, tx.now()});
}

const db::Statement kFindInboxOfDomain{"accounts.find_inbox_of_domain", R"sql(
SELECT coalesce(nullif(shared_inbox_url, ''), inbox_url)
FROM accounts
WHERE domain = $1 AND inbox_url <> '' AND suspended_at IS NULL
ORDER BY shared_inbox_url = '', id
LIMIT 1)sql"};

std::optional<std::string> find_inbox_of_domain(db::Tx& tx, std::string_view domain) {
  return first_row(tx.exec(kFindInboxOfDomain, {domain}), [](const db::Row& row) { return std::string(row.text(0)); });
}

const db::Statement kUpdateFields{"accounts.update_fields", "UPDATE accounts SET fields = $2 WHERE id = $1"};

void update_fields(db::Tx& tx, AccountId id, const std::vector<model::ProfileField>& fields) {
  tx.exec(kUpdateFields, {id, write_profile_fields(fields)});
}

const db::Statement kTouchInstance{
    "accounts.touch_instance",
    "INSERT INTO instances (domain, created_at) VALUES ($1, $2) ON CONFLICT (domain) DO NOTHING"};

void touch_instance(db::Tx& tx, std::string_view domain) {
  tx.exec(kTouchInstance, {domain, tx.now()});
}

}  // namespace dunlin::store
