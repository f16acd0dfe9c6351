#include "dunlin/store/activities.hpp"

#include "activity_rows.hpp"

#include "dunlin/db/statement.hpp"

#include <chrono>

namespace dunlin::store {

const db::Statement kInsertActivity{"activities.insert", R"sql(
INSERT INTO inbound_activities (id, uri, signer_id, host, type, body, received_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (uri) DO NOTHING)sql"};

bool insert_inbound_activity(db::Tx& tx, const InboundActivity& a) {
  return tx.exec(kInsertActivity, {a.id, a.uri, a.signer_id, a.host, a.type, a.body, tx.now()}).affected() > 0;
}

const db::Statement kFindUnprocessedActivity{"activities.find_unprocessed", R"sql(
SELECT id, uri, signer_id, host, type, body FROM inbound_activities WHERE id = $1 AND processed_at IS NULL)sql"};

std::optional<InboundActivity> find_unprocessed_activity(db::Tx& tx, ActivityId id) {
  return first_row(tx.exec(kFindUnprocessedActivity, {id}), read_activity);
}

const db::Statement kRecordVerdict{
    "activities.record_verdict",
    "UPDATE inbound_activities SET processed_at = $2, verdict = $3, why = $4, reason = $5, body = NULL WHERE id = $1"};

void record_verdict(db::Tx& tx, const VerdictOf& verdict) {
  tx.exec(kRecordVerdict, {verdict.id, tx.now(), verdict.verdict, verdict.why, verdict.reason});
}

// A receipt may be an id and a digest: activitypub/intake.hpp. Those that wait are few.
const db::Statement kWasReceived{"activities.was_received", R"sql(
SELECT EXISTS (SELECT 1 FROM inbound_activities WHERE uri = $1 AND id <> $3)
    OR EXISTS (SELECT 1 FROM inbound_activities WHERE uri >= $1 || ' ' AND uri < $1 || '!' AND signer_id = $2)
    OR EXISTS (SELECT 1 FROM waiting_activities
               WHERE id < $3 AND (uri = $1 OR uri >= $1 || ' ' AND uri < $1 || '!' AND signer_id = $2)))sql"};

bool was_received(db::Tx& tx, std::string_view uri, AccountId signer, ActivityId except) {
  return tx.exec(kWasReceived, {uri, signer, except})[0].boolean(0);
}

const db::Statement kClaimUri{"activities.claim_uri", R"sql(
INSERT INTO inbound_activities (id, uri, signer_id, host, type, received_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (id) DO UPDATE SET uri = EXCLUDED.uri)sql"};

void claim_activity_uri(db::Tx& tx, const InboundActivity& a, std::string_view uri) {
  tx.exec(kClaimUri, {a.id, uri, a.signer_id, a.host, a.type, tx.now()});
}

// Ids sort by time. What still waits for its job is kept, however old it is.
const db::Statement kPurgeActivities{
    "activities.purge",
    "DELETE FROM inbound_activities WHERE id = ANY(ARRAY("
    "SELECT id FROM inbound_activities WHERE id < $1 AND received_at < $2 AND processed_at IS NOT NULL"
    " ORDER BY id LIMIT $3))"};

std::size_t purge_inbound_activities(db::Tx& tx, Time before, int limit) {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(before.time_since_epoch()).count();
  return tx.exec(kPurgeActivities, {(milliseconds + 1) << 16, before, limit}).affected();
}

const db::Statement kInsertTombstone{"tombstones.insert", R"sql(
INSERT INTO tombstones (uri, created_at, expires_at, by_actor)
VALUES ($1, $2, $3, $4)
ON CONFLICT (uri, by_actor) DO UPDATE
SET expires_at = EXCLUDED.expires_at
WHERE tombstones.expires_at IS NOT NULL AND (EXCLUDED.expires_at IS NULL OR EXCLUDED.expires_at > tombstones.expires_at))sql"};

void insert_tombstone(db::Tx& tx, std::string_view uri, std::optional<Time> expires_at, std::string_view by) {
  tx.exec(kInsertTombstone, {uri, tx.now(), expires_at, by});
}

const db::Statement kIsTombstoned{"tombstones.is_tombstoned", R"sql(
SELECT EXISTS (
  SELECT 1
  FROM tombstones
  WHERE uri = $1 AND by_actor = ANY(ARRAY['', $3]) AND (expires_at IS NULL OR expires_at > $2)))sql"};

bool is_tombstoned(db::Tx& tx, std::string_view uri, std::string_view actor) {
  return tx.exec(kIsTombstoned, {uri, tx.now(), actor})[0].boolean(0);
}

const db::Statement kTombstoneEnd{"tombstones.end",
                                  "SELECT expires_at FROM tombstones WHERE uri = $1 AND by_actor = $2"};

std::optional<Time> find_tombstone_end(db::Tx& tx, std::string_view uri, std::string_view by) {
  const auto rows = tx.exec(kTombstoneEnd, {uri, by});
  return rows.empty() ? std::nullopt : rows[0].opt_time(0);
}

const db::Statement kPurgeTombstones{"tombstones.purge", R"sql(
DELETE FROM tombstones
WHERE ctid = ANY(ARRAY(SELECT ctid FROM tombstones WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2))
  AND expires_at <= $1)sql"};

std::size_t purge_tombstones(db::Tx& tx, int limit) {
  return tx.exec(kPurgeTombstones, {tx.now(), limit}).affected();
}

const db::Statement kPurgeEarly{"tombstones.purge_early", R"sql(
DELETE FROM tombstones
WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM tombstones WHERE by_actor <> '' AND expires_at IS NOT NULL ORDER BY created_at
  LIMIT least($2, greatest(0, (SELECT count(*) FROM tombstones WHERE by_actor <> '' AND expires_at IS NOT NULL) - $1))))
  AND by_actor <> '' AND expires_at IS NOT NULL)sql"};

std::size_t purge_early_tombstones(db::Tx& tx, std::int64_t most, int limit) {
  return tx.exec(kPurgeEarly, {most, limit}).affected();
}

}  // namespace dunlin::store
