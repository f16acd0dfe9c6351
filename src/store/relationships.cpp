#include "dunlin/store/relationships.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

#define DUNLIN_FOLLOW_COLUMNS "id, account_id, target_account_id, uri, show_reblogs, notify, languages, created_at"

namespace {

model::Follow read_follow(const db::Row& row) {
  model::Follow follow;
  follow.id = row.id<FollowId>(0);
  follow.account_id = row.id<AccountId>(1);
  follow.target_account_id = row.id<AccountId>(2);
  follow.uri = row.opt_text(3);
  follow.show_reblogs = row.boolean(4);
  follow.notify = row.boolean(5);
  if (!row.is_null(6)) follow.languages = row.texts(6);
  follow.created_at = row.time(7);
  return follow;
}

db::Rows upsert(db::Tx& tx, const db::Statement& statement, const model::Follow& follow) {
  return tx.exec(statement, {follow.id, follow.account_id, follow.target_account_id, follow.uri, follow.show_reblogs,
                             follow.notify, follow.languages ? db::Param::texts(*follow.languages) : std::nullopt,
                             follow.created_at});
}

}  // namespace

const db::Statement kFindFollow{"relationships.find_follow", "SELECT " DUNLIN_FOLLOW_COLUMNS R"sql(
FROM follows WHERE account_id = $1 AND target_account_id = $2)sql"};

std::optional<model::Follow> find_follow(db::Tx& tx, AccountId who, AccountId target) {
  return first_row(tx.exec(kFindFollow, {who, target}), read_follow);
}

const db::Statement kFindFollowByUri{"relationships.find_follow_by_uri",
                                     "SELECT " DUNLIN_FOLLOW_COLUMNS
                                     " FROM follows WHERE uri = $1 AND $2 IN (account_id, target_account_id) "
                                     "ORDER BY id DESC LIMIT 1"};

std::optional<model::Follow> find_follow_by_uri(db::Tx& tx, std::string_view uri, AccountId party) {
  return first_row(tx.exec(kFindFollowByUri, {uri, party}), read_follow);
}

const db::Statement kFindFollowRequest{"relationships.find_follow_request", "SELECT " DUNLIN_FOLLOW_COLUMNS R"sql(
FROM follow_requests WHERE account_id = $1 AND target_account_id = $2)sql"};

std::optional<model::Follow> find_follow_request(db::Tx& tx, AccountId who, AccountId target) {
  return first_row(tx.exec(kFindFollowRequest, {who, target}), read_follow);
}

const db::Statement kFindFollowRequestByUri{
    "relationships.find_follow_request_by_uri",
    "SELECT " DUNLIN_FOLLOW_COLUMNS
    " FROM follow_requests WHERE uri = $1 AND $2 IN (account_id, target_account_id) "
    "ORDER BY id DESC LIMIT 1"};

std::optional<model::Follow> find_follow_request_by_uri(db::Tx& tx, std::string_view uri, AccountId party) {
  return first_row(tx.exec(kFindFollowRequestByUri, {uri, party}), read_follow);
}

// xmax is 0 in a row that was inserted and not in one that the conflict updated.
const db::Statement kUpsertFollow{"relationships.upsert_follow", R"sql(
WITH follow AS (
  INSERT INTO follows (id, account_id, target_account_id, uri, show_reblogs, notify, languages, created_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
  ON CONFLICT (account_id, target_account_id) DO UPDATE
  SET uri = coalesce(EXCLUDED.uri, follows.uri), show_reblogs = EXCLUDED.show_reblogs, notify = EXCLUDED.notify,
      languages = EXCLUDED.languages
  RETURNING account_id, target_account_id, xmax = 0 AS is_new),
counted AS (
  UPDATE account_stats s
  SET following_count = s.following_count + (s.account_id = f.account_id)::integer,
      followers_count = s.followers_count + (s.account_id = f.target_account_id)::integer
  FROM follow f
  WHERE f.is_new AND s.account_id IN (f.account_id, f.target_account_id))
SELECT is_new FROM follow)sql"};

bool upsert_follow(db::Tx& tx, const model::Follow& follow) {
  return upsert(tx, kUpsertFollow, follow)[0].boolean(0);
}

const db::Statement kUpsertFollowRequest{"relationships.upsert_follow_request", R"sql(
INSERT INTO follow_requests (id, account_id, target_account_id, uri, show_reblogs, notify, languages, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (account_id, target_account_id) DO UPDATE
SET uri = coalesce(EXCLUDED.uri, follow_requests.uri), show_reblogs = EXCLUDED.show_reblogs, notify = EXCLUDED.notify,
    languages = EXCLUDED.languages
RETURNING xmax = 0)sql"};

bool upsert_follow_request(db::Tx& tx, const model::Follow& follow) {
  return upsert(tx, kUpsertFollowRequest, follow)[0].boolean(0);
}

const db::Statement kDeleteFollow{"relationships.delete_follow", R"sql(
WITH follow AS (
  DELETE FROM follows WHERE account_id = $1 AND target_account_id = $2 RETURNING )sql" DUNLIN_FOLLOW_COLUMNS R"sql(),
counted AS (
  UPDATE account_stats s
  SET following_count = greatest(0, s.following_count - (s.account_id = f.account_id)::integer),
      followers_count = greatest(0, s.followers_count - (s.account_id = f.target_account_id)::integer)
  FROM follow f
  WHERE s.account_id IN (f.account_id, f.target_account_id)),
unlisted AS (
  DELETE FROM list_accounts la USING lists l, follow f
  WHERE l.id = la.list_id AND l.account_id = f.account_id AND la.account_id = f.target_account_id),
unendorsed AS (
  DELETE FROM endorsements e USING follow f
  WHERE e.account_id = f.account_id AND e.target_account_id = f.target_account_id)
SELECT )sql" DUNLIN_FOLLOW_COLUMNS " FROM follow"};

std::optional<model::Follow> delete_follow(db::Tx& tx, AccountId who, AccountId target) {
  return first_row(tx.exec(kDeleteFollow, {who, target}), read_follow);
}

const db::Statement kDeleteFollowRequest{
    "relationships.delete_follow_request",
    "DELETE FROM follow_requests WHERE account_id = $1 AND target_account_id = $2 RETURNING " DUNLIN_FOLLOW_COLUMNS};

std::optional<model::Follow> delete_follow_request(db::Tx& tx, AccountId who, AccountId target) {
  return first_row(tx.exec(kDeleteFollowRequest, {who, target}), read_follow);
}

const db::Statement kIsBlocked{"relationships.is_blocked", R"sql(
SELECT EXISTS (SELECT 1 FROM blocks WHERE account_id = $1 AND target_account_id = $2)
    OR EXISTS (SELECT 1 FROM blocks WHERE account_id = $2 AND target_account_id = $1))sql"};

bool is_blocked(db::Tx& tx, AccountId a, AccountId b) {
  return tx.exec(kIsBlocked, {a, b})[0].boolean(0);
}

const db::Statement kIsMuted{"relationships.is_muted", R"sql(
SELECT EXISTS (SELECT 1 FROM mutes
               WHERE account_id = $1 AND target_account_id = $2 AND (expires_at IS NULL OR expires_at > $3)))sql"};

bool is_muted(db::Tx& tx, AccountId who, AccountId target) {
  return tx.exec(kIsMuted, {who, target, tx.now()})[0].boolean(0);
}

const db::Statement kInsertBlock{"relationships.insert_block", R"sql(
INSERT INTO blocks (id, account_id, target_account_id, uri, created_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (account_id, target_account_id) DO NOTHING)sql"};

bool insert_block(db::Tx& tx, AccountId who, AccountId target, std::int64_t row_id,
                  const std::optional<std::string>& uri) {
  return tx.exec(kInsertBlock, {row_id, who, target, uri, tx.now()}).affected() > 0;
}

const db::Statement kDeleteBlock{"relationships.delete_block",
                                 "DELETE FROM blocks WHERE account_id = $1 AND target_account_id = $2"};

bool delete_block(db::Tx& tx, AccountId who, AccountId target) {
  return tx.exec(kDeleteBlock, {who, target}).affected() > 0;
}

const db::Statement kListRelationships{"relationships.list", R"sql(
SELECT a.id, f.id IS NOT NULL, coalesce(f.show_reblogs, false), coalesce(f.notify, false), f.languages,
       EXISTS (SELECT 1 FROM follows b WHERE b.account_id = a.id AND b.target_account_id = $1),
       EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = $1 AND b.target_account_id = a.id),
       EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = a.id AND b.target_account_id = $1),
       m.id IS NOT NULL, coalesce(m.hide_notifications, false), m.expires_at,
       EXISTS (SELECT 1 FROM follow_requests r WHERE r.account_id = $1 AND r.target_account_id = a.id),
       EXISTS (SELECT 1 FROM follow_requests r WHERE r.account_id = a.id AND r.target_account_id = $1),
       EXISTS (SELECT 1 FROM account_domain_blocks d WHERE d.account_id = $1 AND d.domain = a.domain),
       EXISTS (SELECT 1 FROM endorsements e WHERE e.account_id = $1 AND e.target_account_id = a.id),
       coalesce((SELECT n.comment FROM account_notes n WHERE n.account_id = $1 AND n.target_account_id = a.id), '')
FROM unnest($2::bigint[]) WITH ORDINALITY AS asked (id, place)
JOIN accounts a ON a.id = asked.id
LEFT JOIN follows f ON f.account_id = $1 AND f.target_account_id = a.id
LEFT JOIN mutes m ON m.account_id = $1 AND m.target_account_id = a.id AND (m.expires_at IS NULL OR m.expires_at > $3)
WHERE $4::boolean OR a.suspended_at IS NULL
ORDER BY asked.place)sql"};

std::vector<model::Relationship> list_relationships(db::Tx& tx, AccountId viewer, std::span<const AccountId> ids,
                                                    bool with_suspended) {
  if (ids.empty()) return {};
  const auto rows = tx.exec(kListRelationships, {viewer, db::Param::ids(ids), tx.now(), with_suspended});
  return all_rows(rows, [](const db::Row& row) {
    model::Relationship r;
    r.account_id = row.id<AccountId>(0);
    r.following = row.boolean(1);
    r.showing_reblogs = row.boolean(2);
    r.notifying = row.boolean(3);
    if (!row.is_null(4)) r.languages = row.texts(4);
    r.followed_by = row.boolean(5);
    r.blocking = row.boolean(6);
    r.blocked_by = row.boolean(7);
    r.muting = row.boolean(8);
    r.muting_notifications = row.boolean(9);
    r.muting_expires_at = row.opt_time(10);
    r.requested = row.boolean(11);
    r.requested_by = row.boolean(12);
    r.domain_blocking = row.boolean(13);
    r.endorsed = row.boolean(14);
    r.note = row.text(15);
    return r;
  });
}

}  // namespace dunlin::store
