#include "dunlin/store/instance_activity.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"

#include <chrono>

namespace dunlin::store {

namespace {

const db::Statement kListPeers{"instance_activity.peers",
                               R"sql(SELECT domain FROM instances ORDER BY domain COLLATE "C")sql"};

// "Most" needs no exact number: counting stops at 100 accounts, and among the first 200 names of a short prefix.
const db::Statement kSearchPeers{"instance_activity.search_peers", R"sql(
SELECT i.domain
FROM (SELECT domain FROM instances WHERE domain >= $1 AND domain < $2 ORDER BY domain LIMIT 200) i,
     LATERAL (SELECT count(*) AS known FROM (SELECT 1 FROM accounts a WHERE a.domain = i.domain LIMIT 100) c) n
ORDER BY n.known DESC, i.domain
LIMIT $3)sql"};

const db::Statement kListWeeks{"instance_activity.list", R"sql(
SELECT (w.week::timestamp AT TIME ZONE 'UTC'), coalesce(a.statuses, 0), coalesce(l.logins, 0), coalesce(a.registrations, 0)
FROM (SELECT (date_trunc('week', $1::timestamptz AT TIME ZONE 'UTC') - make_interval(weeks => n))::date AS week
      FROM generate_series(0, $2::integer - 1) AS n) w
LEFT JOIN weekly_activity a ON a.week = w.week
LEFT JOIN LATERAL (SELECT count(*) AS logins FROM weekly_logins o WHERE o.week = w.week) l ON true
ORDER BY w.week DESC)sql"};

// Ids are made of time (base/id.hpp): a week is a range of them.
const db::Statement kCountWeeks{"instance_activity.count", R"sql(
INSERT INTO weekly_activity (week, statuses, registrations, counted_at)
SELECT w.week, s.statuses, r.registrations, $1::timestamptz
FROM (SELECT (date_trunc('week', $1::timestamptz AT TIME ZONE 'UTC') - make_interval(weeks => n))::date AS week
      FROM generate_series(0, $2::integer - 1) AS n) w
CROSS JOIN LATERAL (
  SELECT (w.week::timestamp AT TIME ZONE 'UTC') AS begins, ((w.week + 7)::timestamp AT TIME ZONE 'UTC') AS ends) t
CROSS JOIN LATERAL (
  SELECT count(*) AS statuses FROM statuses
  WHERE id >= (extract(epoch FROM t.begins) * 1000)::bigint << 16
    AND id < (extract(epoch FROM t.ends) * 1000)::bigint << 16 AND local AND deleted_at IS NULL) s
CROSS JOIN LATERAL (
  SELECT count(*) AS registrations FROM users WHERE created_at >= t.begins AND created_at < t.ends) r
WHERE NOT EXISTS (SELECT FROM weekly_activity d WHERE d.week = w.week AND d.counted_at >= t.ends)
ON CONFLICT (week) DO UPDATE
SET statuses = EXCLUDED.statuses, registrations = EXCLUDED.registrations, counted_at = EXCLUDED.counted_at)sql"};

const db::Statement kPurgeLogins{"instance_activity.purge_logins", R"sql(
DELETE FROM weekly_logins
WHERE week < (date_trunc('week', $1::timestamptz AT TIME ZONE 'UTC') - make_interval(weeks => $2::integer))::date)sql"};

std::string first_text(const db::Row& row) {
  return std::string(row.text(0));
}

}  // namespace

std::vector<std::string> list_peers(db::Tx& tx) {
  return all_rows(tx.exec(kListPeers), first_text);
}

std::vector<std::string> search_peers(db::Tx& tx, std::string_view prefix, int limit) {
  if (prefix.empty()) return {};
  // '~' is above all that a domain is made of.
  return all_rows(tx.exec(kSearchPeers, {prefix, std::string(prefix) + "~", limit}), first_text);
}

std::vector<WeekOfActivity> list_weekly_activity(db::Tx& tx) {
  return all_rows(tx.exec(kListWeeks, {tx.now(), kActivityWeeks}), [](const db::Row& row) {
    return WeekOfActivity{
        .week = row.time(0), .statuses = row.i64(1), .logins = row.i64(2), .registrations = row.i64(3)};
  });
}

void count_weekly_activity(db::Tx& tx) {
  tx.exec(kCountWeeks, {tx.now(), kActivityWeeks});
  tx.exec(kPurgeLogins, {tx.now(), kActivityWeeks});
}

}  // namespace dunlin::store
