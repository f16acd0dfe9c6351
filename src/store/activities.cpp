#include "dunlin/store/activities.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"

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
  return first_row(tx.exec(kFindUnprocessedActivity, {id}), [](const db::Row& row) {
    return InboundActivity{.id = row.id<ActivityId>(0),
                           .uri = row.opt_text(1),
                           .signer_id = row.id<AccountId>(2),
                           .host = std::string(row.text(3)),
                           .type = std::string(row.text(4)),
                           .body = std::string(row.text(5))};
  });
}

const db::Statement kRecordVerdict{
    "activities.record_verdict",
    "UPDATE inbound_activities SET processed_at = $2, verdict = $3, why = $4, reason = $5 WHERE id = $1"};

void record_verdict(db::Tx& tx, const VerdictOf& verdict) {
  tx.exec(kRecordVerdict, {verdict.id, tx.now(), verdict.verdict, verdict.why, verdict.reason});
}

const db::Statement kWasReceived{"activities.was_received", R"sql(
SELECT EXISTS (SELECT 1 FROM inbound_activities WHERE uri = $1 AND id <> $3)
    OR EXISTS (SELECT 1 FROM inbound_activities WHERE signer_id = $2 AND starts_with(uri, $1 || ' ')))sql"};

bool was_received(db::Tx& tx, std::string_view uri, AccountId signer, ActivityId except) {
  return tx.exec(kWasReceived, {uri, signer, except})[0].boolean(0);
}

const db::Statement kSetActivityUri{"activities.set_uri", "UPDATE inbound_activities SET uri = $2 WHERE id = $1"};

void set_activity_uri(db::Tx& tx, ActivityId id, std::string_view uri) {
  tx.exec(kSetActivityUri, {id, uri});
}

// What still waits for its job is kept, however old it is.
const db::Statement kPurgeActivities{
    "activities.purge", "DELETE FROM inbound_activities WHERE received_at < $1 AND processed_at IS NOT NULL"};

std::size_t purge_inbound_activities(db::Tx& tx, Time before) {
  return tx.exec(kPurgeActivities, {before}).affected();
}

const db::Statement kInsertTombstone{"tombstones.insert", R"sql(
INSERT INTO tombstones (uri, created_at, expires_at)
VALUES ($1, $2, $3)
ON CONFLICT (uri) DO UPDATE
SET expires_at = EXCLUDED.expires_at
WHERE tombstones.expires_at IS NOT NULL AND (EXCLUDED.expires_at IS NULL OR EXCLUDED.expires_at > tombstones.expires_at))sql"};

void insert_tombstone(db::Tx& tx, std::string_view uri, std::optional<Time> expires_at) {
  tx.exec(kInsertTombstone, {uri, tx.now(), expires_at});
}

const db::Statement kIsTombstoned{"tombstones.is_tombstoned", R"sql(
SELECT EXISTS (SELECT 1 FROM tombstones WHERE uri = $1 AND (expires_at IS NULL OR expires_at > $2)))sql"};

bool is_tombstoned(db::Tx& tx, std::string_view uri) {
  return tx.exec(kIsTombstoned, {uri, tx.now()})[0].boolean(0);
}

const db::Statement kPurgeTombstones{"tombstones.purge", "DELETE FROM tombstones WHERE expires_at <= $1"};

std::size_t purge_tombstones(db::Tx& tx) {
  return tx.exec(kPurgeTombstones, {tx.now()}).affected();
}

}  // namespace dunlin::store
