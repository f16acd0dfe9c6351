#include "delivery_row.hpp"
#include "health_columns.hpp"

#include "dunlin/jobs/deliveries.hpp"

#include <array>
#include <unordered_map>

namespace dunlin::jobs {

namespace {

// An earlier delivery of the same account to this host that is not due yet holds the later ones back: order. One that
// the host, although it answers, has refused four times (a poisoned document) only holds back its own object.
#define DUNLIN_NOT_HELD_BACK                                                                                      \
  " NOT EXISTS (SELECT 1 FROM deliveries e WHERE e.host = d.host AND e.account_id = d.account_id AND e.state = 0" \
  " AND e.id < d.id AND e.run_at > $1 AND (e.object_key = d.object_key OR e.attempts < 4"                         \
  " OR e.last_status IS NULL OR e.last_status IN (429, 502, 503, 504))) "

// All hosts that something is pending for, by a loose scan of the index: one probe per host however much waits there.
#define DUNLIN_LANES_AFTER(start)                                                                               \
  "lanes AS ((SELECT host FROM deliveries WHERE state = 0 AND host > " start                                    \
  " ORDER BY host LIMIT 1) UNION ALL"                                                                           \
  " SELECT (SELECT n.host FROM deliveries n WHERE n.state = 0 AND n.host > lanes.host ORDER BY n.host LIMIT 1)" \
  " FROM lanes WHERE lanes.host IS NOT NULL) "

const db::Statement kClaimHosts{"lanes.claim_hosts",
                                "WITH RECURSIVE " DUNLIN_LANES_AFTER("$5::text")
                                ", free AS ("
                                " SELECT h.host FROM lanes JOIN delivery_hosts h ON h.host = lanes.host"
                                " WHERE (h.lease_until IS NULL OR h.lease_until <= $1)"
                                " AND (h.next_attempt_at IS NULL OR h.next_attempt_at <= $1)"
                                " AND (h.breaker_open_until IS NULL OR h.breaker_open_until <= $1)"
                                " AND h.gone_since IS NULL"
                                " AND (NOT $6::boolean OR (h.last_success_at IS NOT NULL AND h.failures_in_row = 0"
                                " AND h.breaker_opened = 0 AND h.unavailable_since IS NULL))"
                                " AND EXISTS (SELECT 1 FROM deliveries d WHERE d.host = h.host AND d.state = 0"
                                " AND d.run_at <= $1 AND" DUNLIN_NOT_HELD_BACK ")"
                                " LIMIT $4 FOR UPDATE OF h SKIP LOCKED)"
                                "UPDATE delivery_hosts SET lease_owner = $2, lease_until = $3"
                                " FROM free WHERE delivery_hosts.host = free.host"
                                " RETURNING delivery_hosts.host, signature_scheme, scheme_checked_at, " DUNLIN_HEALTH_COLUMNS};

// Rows of hosts are locked in the order of their names, by everybody who locks more than one.
const db::Statement kRenew{"lanes.renew",
                           "WITH ours AS (SELECT host FROM delivery_hosts WHERE host = ANY ($1::text[])"
                           " AND lease_owner = $2 ORDER BY host FOR UPDATE)"
                           "UPDATE delivery_hosts h SET lease_until = $3 FROM ours WHERE h.host = ours.host"
                           " RETURNING h.host"};

const db::Statement kLockHosts{
    "lanes.lock_hosts", "SELECT host FROM delivery_hosts WHERE host = ANY ($1::text[]) ORDER BY host FOR UPDATE"};

const db::Statement kRelease{"lanes.release",
                             "UPDATE delivery_hosts SET lease_owner = NULL, lease_until = NULL"
                             " WHERE host = $1 AND lease_owner = $2"};

// Asked and done in one statement, or what comes in between would wait for the next look.
const db::Statement kReleaseIdle{
    "lanes.release_idle",
    "WITH asked AS (SELECT u.host, EXISTS (SELECT 1 FROM deliveries d WHERE d.host = u.host AND d.state = 0"
    " AND d.run_at <= $1 AND" DUNLIN_NOT_HELD_BACK
    ") AS busy FROM unnest($2::text[]) AS u (host)"
    "), idle AS (UPDATE delivery_hosts h SET lease_owner = NULL, lease_until = NULL FROM asked"
    " WHERE h.host = asked.host AND h.lease_owner = $3 AND NOT asked.busy)"
    " SELECT asked.host FROM asked JOIN delivery_hosts h ON h.host = asked.host"
    " WHERE asked.busy AND h.lease_owner = $3"};

// Whether it may be sent is asked of the moment: whom it was made for may have been blocked or suspended since, and its
// author may be suspended, or gone.
#define DUNLIN_MAY_SPEAK        \
  "essential OR account_id = 0" \
  " OR EXISTS (SELECT 1 FROM accounts s WHERE s.id = account_id AND s.suspended_at IS NULL)"
#define DUNLIN_NAMED_LEFT                                                                              \
  "CASE WHEN receivers IS NOT NULL THEN EXISTS (SELECT 1 FROM accounts r WHERE r.id = ANY (receivers)" \
  " AND r.suspended_at IS NULL AND NOT EXISTS (SELECT 1 FROM blocks b"                                 \
  " WHERE (b.account_id = lanes.account_id AND b.target_account_id = r.id)"                            \
  " OR (b.account_id = r.id AND b.target_account_id = lanes.account_id))) END"

// A delivery is as urgent as the most urgent one of its account behind it: else that one could not go either. Walked
// from the last one backwards, as a frame whose start moves would be gone through anew for every row.
const db::Statement kLoadLanes{
    "lanes.load_lanes",
    "SELECT " DUNLIN_DELIVERY_COLUMNS ", " DUNLIN_MAY_SPEAK ", " DUNLIN_NAMED_LEFT
    " FROM (SELECT w.n, due.* FROM unnest($2::text[]) WITH ORDINALITY AS w (lane, n) CROSS JOIN LATERAL ("
    "SELECT * FROM (SELECT d.*, min(d.priority) OVER (PARTITION BY d.account_id ORDER BY d.id DESC"
    " ROWS UNBOUNDED PRECEDING) AS urgency FROM deliveries d"
    " WHERE d.host = w.lane AND d.state = 0 AND d.run_at <= $1 AND" DUNLIN_NOT_HELD_BACK
    ") ranked ORDER BY urgency, id LIMIT $3) due) lanes ORDER BY n, urgency, id"};

const db::Statement kNextAt{"lanes.next_delivery_at",
                            "WITH RECURSIVE " DUNLIN_LANES_AFTER("''")
                            "SELECT min(GREATEST(first.run_at, h.next_attempt_at, h.breaker_open_until, h.lease_until))"
                            " FROM lanes JOIN delivery_hosts h ON h.host = lanes.host CROSS JOIN LATERAL ("
                            " SELECT d.run_at FROM deliveries d WHERE d.host = h.host AND d.state = 0 AND" DUNLIN_NOT_HELD_BACK
                            " ORDER BY d.run_at LIMIT 1) first WHERE h.gone_since IS NULL"};

const db::Statement kListWaiting{
    "lanes.list_waiting", "WITH RECURSIVE " DUNLIN_LANES_AFTER("''") "SELECT host FROM lanes WHERE host IS NOT NULL"};

const db::Statement kLoadBodies{"lanes.load_bodies",
                                "SELECT id, body FROM outbound_activities WHERE id = ANY ($1::bigint[])"};

void claim_after(db::Tx& tx, std::string_view owner, int limit, std::string_view after, bool proven_only,
                 std::vector<ClaimedHost>& claimed) {
  for (const auto row : tx.exec(kClaimHosts, {tx.now(), owner, tx.now() + kHostLease, limit, after, proven_only})) {
    claimed.push_back({.host = std::string(row.text(0)),
                       .health = read_health(row, 3),
                       .signature_scheme = row.is_null(1) ? std::nullopt : std::optional<int>(row.i32(1)),
                       .scheme_checked_at = row.opt_time(2)});
  }
}

}  // namespace

std::vector<ClaimedHost> claim_hosts(db::Tx& tx, std::string_view owner, int limit, std::string_view after,
                                     bool proven_only) {
  std::vector<ClaimedHost> claimed;
  claim_after(tx, owner, limit, after, proven_only, claimed);
  // Those already claimed have a lease by now, so that the second round cannot meet them again.
  const int missing = limit - static_cast<int>(claimed.size());
  if (missing > 0 && !after.empty()) claim_after(tx, owner, missing, {}, proven_only, claimed);
  return claimed;
}

std::vector<std::string> renew_hosts(db::Tx& tx, std::string_view owner, std::span<const std::string> hosts) {
  std::vector<std::string> ours;
  for (const auto row : tx.exec(kRenew, {db::Param::texts(hosts), owner, tx.now() + kHostLease}))
    ours.emplace_back(row.text(0));
  return ours;
}

void lock_hosts(db::Tx& tx, std::span<const std::string> hosts) {
  if (hosts.size() > 1) tx.exec(kLockHosts, {db::Param::texts(hosts)});
}

void release_host(db::Tx& tx, std::string_view owner, std::string_view host) {
  tx.exec(kRelease, {host, owner});
}

std::vector<std::string> release_idle_hosts(db::Tx& tx, std::string_view owner, std::span<const std::string> hosts) {
  std::vector<std::string> busy;
  if (hosts.empty()) return busy;
  for (const auto row : tx.exec(kReleaseIdle, {tx.now(), db::Param::texts(hosts), owner}))
    busy.emplace_back(row.text(0));
  return busy;
}

std::vector<Delivery> load_lane(db::Tx& tx, std::string_view host, int limit) {
  const std::array one{std::string(host)};
  return load_lanes(tx, one, limit);
}

std::vector<Delivery> load_lanes(db::Tx& tx, std::span<const std::string> hosts, int limit) {
  std::vector<Delivery> lanes;
  if (hosts.empty()) return lanes;
  for (const auto row : tx.exec(kLoadLanes, {tx.now(), db::Param::texts(hosts), limit})) {
    auto& delivery = lanes.emplace_back(read_delivery(row));
    delivery.may_speak = row.boolean(kDeliveryColumns);
    if (!row.is_null(kDeliveryColumns + 1)) delivery.named_left = row.boolean(kDeliveryColumns + 1);
  }
  return lanes;
}

std::vector<std::string> load_bodies(db::Tx& tx, std::span<const std::int64_t> activity_ids) {
  std::vector<std::string> bodies(activity_ids.size());
  std::unordered_multimap<std::int64_t, std::size_t> places;
  for (std::size_t i = 0; i < activity_ids.size(); ++i) places.emplace(activity_ids[i], i);
  for (const auto row : tx.exec(kLoadBodies, {db::Param::bigints(activity_ids)})) {
    const auto [first, last] = places.equal_range(row.i64(0));
    for (auto place = first; place != last; ++place) bodies[place->second] = row.text(1);
  }
  return bodies;
}

std::vector<std::string> list_waiting_hosts(db::Tx& tx) {
  std::vector<std::string> hosts;
  for (const auto row : tx.exec(kListWaiting)) hosts.emplace_back(row.text(0));
  return hosts;
}

std::optional<Time> next_delivery_at(db::Tx& tx) {
  return tx.exec(kNextAt, {tx.now()})[0].opt_time(0);
}

}  // namespace dunlin::jobs
