#include "activity_rows.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

namespace {

/// No JSON has it: in strings it is escaped, between them it is not allowed.
constexpr char kBetweenBodies = '\x1e';

}  // namespace

// Bodies come as one text: an array is read letter by letter.
const db::Statement kInsertWaiting{"waiting_activities.insert", R"sql(
WITH valid AS (
  SELECT u.*
  FROM ROWS FROM (
         unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::timestamptz[]),
         string_to_table($8, E'\x1e'))
    AS u (id, uri, signer_id, host, type, key_id, key_fetched_at, body)
  JOIN account_keys k ON k.key_id = u.key_id AND k.account_id = u.signer_id
                     AND k.fetched_at = u.key_fetched_at
  JOIN accounts a ON a.id = u.signer_id AND a.suspended_at IS NULL
), stored AS (
  INSERT INTO waiting_activities (id, uri, signer_id, host, type, body, received_at)
  SELECT id, nullif(uri, ''), signer_id, host, type, body, $9 FROM valid ORDER BY id
)
SELECT id FROM valid ORDER BY id)sql"};

std::vector<ActivityId> insert_waiting_activities(db::Tx& tx, std::span<const WaitingActivity> activities) {
  std::vector<std::int64_t> ids;
  std::vector<std::int64_t> signers;
  std::vector<std::string> uris;
  std::vector<std::string> hosts;
  std::vector<std::string> types;
  std::vector<std::string> keys;
  std::vector<std::string> times;
  std::string bodies;
  for (const WaitingActivity& waiting : activities) {
    const InboundActivity& activity = waiting.activity;
    if (activity.body.contains(kBetweenBodies)) continue;
    uris.push_back(activity.uri.value_or(""));
    signers.push_back(activity.signer_id.value);
    hosts.push_back(activity.host);
    types.push_back(activity.type);
    if (!ids.empty()) bodies += kBetweenBodies;
    bodies += activity.body;
    keys.push_back(waiting.key_id);
    times.emplace_back(db::Param(waiting.key_fetched_at).c_str());
    ids.push_back(activity.id.value);
  }
  return all_rows(tx.exec(kInsertWaiting, {db::Param::bigints(ids), db::Param::texts(uris), db::Param::bigints(signers),
                                           db::Param::texts(hosts), db::Param::texts(types), db::Param::texts(keys),
                                           db::Param::texts(times), bodies, tx.now()}),
                  [](const db::Row& row) { return row.id<ActivityId>(0); });
}

const db::Statement kTakeWaiting{"waiting_activities.take", R"sql(
SELECT w.id, w.uri, w.signer_id, w.host, w.type, w.body,
       EXISTS (SELECT 1 FROM inbound_activities i WHERE i.uri = w.uri)
FROM take_waiting_activities($1) w
ORDER BY w.id)sql"};

std::vector<TakenActivity> take_waiting_activities(db::Tx& tx, int limit) {
  return all_rows(tx.exec(kTakeWaiting, {limit}), [](const db::Row& row) {
    return TakenActivity{.activity = read_activity(row), .is_known = row.boolean(6)};
  });
}

const db::Statement kForgetWaiting{"waiting_activities.forget",
                                   "DELETE FROM waiting_activities WHERE id = ANY($1::bigint[])"};

void forget_waiting_activities(db::Tx& tx, std::span<const ActivityId> ids) {
  if (!ids.empty()) tx.exec(kForgetWaiting, {db::Param::ids(ids)});
}

const db::Statement kSetAside{"waiting_activities.set_aside", R"sql(
WITH taken AS (
  DELETE FROM waiting_activities WHERE id = ANY($1::bigint[])
  RETURNING id, uri, signer_id, host, type, body, received_at)
INSERT INTO inbound_activities (id, uri, signer_id, host, type, body, received_at)
SELECT id, uri, signer_id, host, type, body, received_at FROM taken
ON CONFLICT DO NOTHING)sql"};

void set_aside_activities(db::Tx& tx, std::span<const ActivityId> ids) {
  if (!ids.empty()) tx.exec(kSetAside, {db::Param::ids(ids)});
}

// Some have their record already: claim_activity_uri().
const db::Statement kRecordVerdicts{"waiting_activities.record_verdicts", R"sql(
WITH u AS (
  SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[]) AS u (id, verdict, why, reason)
), taken AS (
  DELETE FROM waiting_activities w USING u WHERE w.id = u.id
  RETURNING w.id, w.uri, w.signer_id, w.host, w.type, w.received_at, u.verdict, u.why, u.reason
), judged AS (
  UPDATE inbound_activities i SET processed_at = $5, verdict = t.verdict, why = t.why, reason = t.reason
  FROM taken t
  WHERE i.id = t.id
  RETURNING i.id
)
INSERT INTO inbound_activities (id, uri, signer_id, host, type, received_at, processed_at, verdict, why, reason)
SELECT t.id, t.uri, t.signer_id, t.host, t.type, t.received_at, $5, t.verdict, t.why, t.reason
FROM taken t
WHERE t.id NOT IN (SELECT id FROM judged)
ON CONFLICT DO NOTHING)sql"};

void record_verdicts(db::Tx& tx, std::span<const VerdictOf> verdicts) {
  if (verdicts.empty()) return;
  std::vector<std::int64_t> ids;
  std::vector<std::int64_t> numbers;
  std::vector<std::int64_t> whys;
  std::vector<std::string> reasons;
  for (const VerdictOf& one : verdicts) {
    ids.push_back(one.id.value);
    numbers.push_back(one.verdict);
    whys.push_back(one.why);
    reasons.push_back(one.reason);
  }
  tx.exec(kRecordVerdicts, {db::Param::bigints(ids), db::Param::bigints(numbers), db::Param::bigints(whys),
                            db::Param::texts(reasons), tx.now()});
}

const db::Statement kCountWaiting{"waiting_activities.count", "SELECT count(*) FROM waiting_activities"};

std::int64_t count_waiting_activities(db::Tx& tx) {
  return tx.exec(kCountWaiting, {})[0].i64(0);
}

}  // namespace dunlin::store
