#include "dunlin/jobs/deliveries.hpp"

#include "health_columns.hpp"

#include "dunlin/base/url.hpp"

#include <array>
#include <unordered_set>

namespace dunlin::jobs {

namespace {

constexpr std::chrono::minutes kSeenPrecision{1};

const db::Statement kInsertHosts{
    "deliveries.insert_hosts",
    "INSERT INTO delivery_hosts (host) SELECT DISTINCT host FROM unnest($1::text[]) AS u (host)"
    " ORDER BY host ON CONFLICT (host) DO NOTHING"};

// An unavailable host gets what is essential; beside that one activity a day, which shows whether it is back.
// What takes the place of an older one has failed as often as that, and is tried when that would have been; what is
// being recorded at this moment is left alone.
const db::Statement kInsert{"deliveries.insert", R"sql(
  WITH wanted AS (
    SELECT u.host, u.inbox_url, nullif(u.named, '')::bigint[] AS named
    FROM unnest($1::text[], $2::text[], $10::text[]) AS u (host, inbox_url, named)
    JOIN delivery_hosts h ON h.host = u.host
    WHERE h.gone_since IS NULL AND (h.unavailable_since IS NULL OR $7::boolean
      OR ((h.breaker_open_until IS NULL OR h.breaker_open_until <= $8)
          AND (SELECT true FROM deliveries p WHERE p.host = h.host AND p.state = 0 LIMIT 1) IS NULL))
  ), replaced AS (
    DELETE FROM deliveries WHERE id = ANY (ARRAY(
      SELECT o.id FROM deliveries o
      WHERE $11::boolean AND o.object_key = $5 AND o.account_id = $3 AND o.state = 0 AND o.replaceable
        AND o.inbox_url IN (SELECT inbox_url FROM wanted)
      FOR UPDATE SKIP LOCKED))
    RETURNING inbox_url, run_at, attempts, last_status, last_error, essential
  ), older AS (
    SELECT inbox_url, max(run_at) AS run_at, max(attempts) AS attempts, max(last_status) AS last_status,
           max(last_error) AS last_error, bool_or(essential) AS essential
    FROM replaced GROUP BY inbox_url
  ), activity AS (
    INSERT INTO outbound_activities (account_id, body, created_at)
    SELECT $3, $4, $8 WHERE EXISTS (SELECT 1 FROM wanted)
    RETURNING id
  )
  INSERT INTO deliveries (activity_id, host, inbox_url, account_id, object_key, priority, essential, run_at,
                          to_followers, receivers, replaceable, attempts, last_status, last_error)
  SELECT activity.id, wanted.host, wanted.inbox_url, $3, $5, $6, $7 OR coalesce(older.essential, false),
         GREATEST($8, older.run_at), $9, wanted.named, $11, coalesce(older.attempts, 0), older.last_status,
         older.last_error
  FROM activity CROSS JOIN wanted LEFT JOIN older ON older.inbox_url = wanted.inbox_url)sql"};

const db::Statement kCancel{"deliveries.cancel",
                            "DELETE FROM deliveries WHERE object_key = $1 AND account_id IN ($2, 0) AND state = 0"};

// What else refers to the activity is asked of the state before this statement: leave out the rows that it removes.
const db::Statement kSucceed{"deliveries.succeed", R"sql(
  WITH done AS (DELETE FROM deliveries WHERE id = ANY ($1::bigint[]) RETURNING activity_id)
  DELETE FROM outbound_activities a
  WHERE a.id IN (SELECT activity_id FROM done)
    AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.activity_id = a.id AND d.id <> ALL ($1::bigint[])))sql"};

#define DUNLIN_TROUBLED \
  "(failures_in_row > 0 OR breaker_opened > 0 OR unavailable_since IS NOT NULL OR gone_since IS NOT NULL)"
// That a host is there again hurries what waits for it once, then a minute later at the soonest, two, four, up to three
// days: one that answers now and then, or sends and takes nothing, is not asked all the time.
#define DUNLIN_MAY_HURRY                                                                                    \
  "((hurried_at IS NULL OR hurried_at + interval '1 minute' * power(2, LEAST(hurries, 13) - 1) <= $2) AND " \
  "(next_attempt_at IS NULL OR next_attempt_at <= $2))"
#define DUNLIN_HURRIES "CASE WHEN hurried_at > $2::timestamptz - interval '7 days' THEN hurries + 1 ELSE 1 END"

const db::Statement kHostAlive{"deliveries.host_alive", R"sql(
  UPDATE delivery_hosts h SET failures_in_row = 0, timeouts_in_row = 0, breaker_opened = 0, breaker_open_until = NULL,
    failing_since = NULL, failure_days = 0, last_failure_at = NULL, unavailable_since = NULL, gone_since = NULL,
    last_success_at = $2, hurried_at = CASE WHEN old.hurry THEN $2 ELSE h.hurried_at END,
    hurries = CASE WHEN old.hurry THEN old.hurries ELSE h.hurries END
  FROM (SELECT host, )sql" DUNLIN_TROUBLED " AND " DUNLIN_MAY_HURRY " AS hurry, " DUNLIN_HURRIES R"sql( AS hurries
        FROM delivery_hosts
        WHERE host = ANY($1::text[]) AND ()sql" DUNLIN_TROUBLED
                                                        R"sql( OR last_success_at IS NULL OR last_success_at < $3)
        ORDER BY host FOR UPDATE) old
  WHERE h.host = old.host
  RETURNING old.hurry, h.host)sql"};

// A request of theirs says nothing of how they take ours: one delivery is let through, and decides.
const db::Statement kHostSpoke{"deliveries.host_spoke", R"sql(
  UPDATE delivery_hosts h SET breaker_open_until = NULL, unavailable_since = NULL, gone_since = NULL,
    failure_days = CASE WHEN h.unavailable_since IS NULL AND h.gone_since IS NULL THEN h.failure_days ELSE 0 END,
    last_success_at = CASE WHEN old.troubled THEN h.last_success_at ELSE $2 END,
    hurried_at = CASE WHEN old.troubled THEN $2 ELSE h.hurried_at END,
    hurries = CASE WHEN old.troubled THEN old.hurries ELSE h.hurries END
  FROM (SELECT host, )sql" DUNLIN_TROUBLED " AS troubled, " DUNLIN_HURRIES R"sql( AS hurries
        FROM delivery_hosts
        WHERE host = ANY($1::text[]) AND CASE WHEN )sql" DUNLIN_TROUBLED " THEN " DUNLIN_MAY_HURRY R"sql(
                                              ELSE last_success_at IS NULL OR last_success_at < $3 END
        ORDER BY host FOR UPDATE) old
  WHERE h.host = old.host
  RETURNING old.troubled, h.host)sql"};

// Only what failed because the host was away: what it refused for a reason keeps its own schedule. An attempt out of
// turn does not count: the failed one is given back.
const db::Statement kHurry{"deliveries.hurry",
                           "UPDATE deliveries SET run_at = $2, attempts = GREATEST(attempts - 1, 0)"
                           " WHERE host = $1 AND state = 0 AND run_at > $2"
                           " AND (last_status IS NULL OR last_status IN (502, 503, 504))"};

const db::Statement kRetry{
    "deliveries.retry",
    "UPDATE deliveries SET attempts = attempts + 1, run_at = $2, last_status = $3, last_error = $4"
    " WHERE id = $1"};

const db::Statement kGiveUp{"deliveries.give_up",
                            "UPDATE deliveries SET state = 1, attempts = attempts + 1, run_at = $2, last_status = $3,"
                            " last_error = $4 WHERE id = $1"};

const db::Statement kLockHost{"deliveries.lock_host",
                              "SELECT " DUNLIN_HEALTH_COLUMNS " FROM delivery_hosts WHERE host = $1 FOR UPDATE"};

const db::Statement kStoreHealth{"deliveries.store_health", R"sql(
  UPDATE delivery_hosts SET failures_in_row = $2, timeouts_in_row = $3, breaker_opened = $4, breaker_open_until = $5,
    failing_since = $6, failure_days = $7, last_failure_at = $8, unavailable_since = $9, gone_since = $10,
    last_success_at = $11, next_attempt_at = $12
  WHERE host = $1)sql"};

const db::Statement kGiveUpHost{"deliveries.give_up_host",
                                "UPDATE deliveries SET state = 1, run_at = $2, last_error = $3"
                                " WHERE host = $1 AND state = 0 AND (NOT essential OR $4::boolean)"};

#define DUNLIN_WITHOUT_SCHEME(BEFORE)                                                  \
  " FROM unnest($1::text[]) AS u (host) LEFT JOIN delivery_hosts h ON h.host = u.host" \
  " WHERE h.signature_scheme IS NULL OR h.scheme_checked_at <= " BEFORE
// ON CONFLICT would lock all rows that are there. Only what nobody has found out yet: an answer to a request of ours
// tells more than a request of theirs.
const db::Statement kLearnScheme{"deliveries.learn_scheme",
                                 "INSERT INTO delivery_hosts (host, signature_scheme, scheme_checked_at)"
                                 " SELECT u.host, $2, $3" DUNLIN_WITHOUT_SCHEME("$4")
                                 " ORDER BY u.host"
                                 " ON CONFLICT (host) DO UPDATE SET signature_scheme = $2, scheme_checked_at = $3"
                                 " WHERE delivery_hosts.signature_scheme IS NULL"
                                 "   OR delivery_hosts.scheme_checked_at <= $4"};
const db::Statement kListSchemeless{"deliveries.list_schemeless", "SELECT u.host" DUNLIN_WITHOUT_SCHEME("$2")};
const db::Statement kStoreScheme{
    "deliveries.store_scheme",
    "INSERT INTO delivery_hosts (host, signature_scheme, scheme_checked_at) VALUES ($1, $2, $3)"
    " ON CONFLICT (host) DO UPDATE SET signature_scheme = $2, scheme_checked_at = $3"};
const db::Statement kFindScheme{"deliveries.find_scheme",
                                "SELECT signature_scheme FROM delivery_hosts"
                                " WHERE host = $1 AND signature_scheme IS NOT NULL AND scheme_checked_at > $2"};

/// "" for none: an array as text, as there are no arrays of arrays of different lengths.
std::string as_array(const std::vector<AccountId>& ids) {
  if (ids.empty()) return {};
  return db::Param::ids(ids).c_str();
}

/// Whether what waits for one of them goes now.
bool hurry(db::Tx& tx, const db::Statement& found, std::span<const std::string> hosts) {
  bool any = false;
  for (const auto row : tx.exec(found, {db::Param::texts(hosts), tx.now(), tx.now() - kSeenPrecision})) {
    if (!row.boolean(0)) continue;
    tx.exec(kHurry, {row.text(1), tx.now()});
    any = true;
  }
  return any;
}

void store_health(db::Tx& tx, std::string_view host, const HostHealth& h) {
  tx.exec(kStoreHealth,
          {host, h.failures_in_row, h.timeouts_in_row, h.breaker_opened, h.breaker_open_until, h.failing_since,
           h.failure_days, h.last_failure_at, h.unavailable_since, h.gone_since, h.last_success_at, h.waits_until});
}

}  // namespace

std::size_t Deliveries::enqueue(db::Tx& tx, const NewActivity& activity,
                                std::span<const std::string> inbox_urls) const {
  std::vector<Inbox> inboxes;
  inboxes.reserve(inbox_urls.size());
  for (const auto& url : inbox_urls) inboxes.push_back({url});
  return enqueue(tx, activity, inboxes);
}

std::size_t Deliveries::enqueue(db::Tx& tx, const NewActivity& activity, std::span<const Inbox> inboxes) const {
  std::vector<std::string> hosts;
  std::vector<std::string> urls;
  std::vector<std::string> named;
  std::unordered_set<std::string_view> seen;
  for (const Inbox& inbox : inboxes) {
    auto host = domain_of(inbox.url);
    if (host.empty() || !seen.insert(inbox.url).second) continue;
    if (may_send_to_ && !may_send_to_(host)) continue;
    hosts.push_back(std::move(host));
    urls.push_back(inbox.url);
    named.push_back(as_array(inbox.named));
  }
  if (urls.empty()) return 0;
  tx.exec(kInsertHosts, {db::Param::texts(hosts)});
  const auto count =
      tx.exec(kInsert, {db::Param::texts(hosts), db::Param::texts(urls), activity.account_id, activity.body,
                        activity.object_key, static_cast<int>(activity.priority), activity.essential, tx.now(),
                        activity.to_followers, db::Param::texts(named), activity.replaceable})
          .affected();
  if (count > 0 && wake_up_ != nullptr) wake_for_deliveries(tx, *wake_up_);
  return count;
}

void Deliveries::host_spoke(db::Tx& tx, std::string_view host) const {
  const std::array one{std::string(host)};
  hosts_spoke(tx, one);
}

void Deliveries::hosts_spoke(db::Tx& tx, std::span<const std::string> hosts) const {
  if (!hosts.empty() && hurry(tx, kHostSpoke, hosts) && wake_up_ != nullptr) wake_for_deliveries(tx, *wake_up_);
}

std::size_t cancel_pending(db::Tx& tx, AccountId account, std::string_view object_key) {
  return tx.exec(kCancel, {object_key, account}).affected();
}

void record_successes(db::Tx& tx, std::span<const std::string> hosts, std::span<const DeliveryId> ids) {
  if (ids.empty()) return;
  tx.exec(kSucceed, {db::Param::ids(ids)});
  hurry(tx, kHostAlive, hosts);
}

HostHealth record_failure(db::Tx& tx, const Delivery& delivery, const Judgement& judgement, double scale) {
  const bool again = judgement.verdict == Verdict::retry;
  tx.exec(again ? kRetry : kGiveUp,
          {delivery.id, again ? judgement.retry_at.value_or(tx.now()) : tx.now(), judgement.status, judgement.reason});

  if (judgement.sign == HostSign::alive && judgement.verdict != Verdict::host_gone && !judgement.host_waits_until) {
    const std::array one{delivery.host};
    hurry(tx, kHostAlive, one);
  }
  const auto rows = tx.exec(kLockHost, {delivery.host});
  if (rows.empty()) return {};
  auto health = read_health(rows[0], 0);
  const bool was_gone = health.gone_since.has_value();
  if (judgement.verdict == Verdict::host_gone) {
    health.note_gone(tx.now());
  } else if (judgement.sign == HostSign::failed || judgement.sign == HostSign::timed_out) {
    health.note_failure(judgement.sign == HostSign::timed_out, tx.now(), scale);
  } else if (!judgement.host_waits_until) {
    return health;
  }
  if (judgement.host_waits_until) health.note_waits(*judgement.host_waits_until);
  store_health(tx, delivery.host, health);
  if (health.gone_since && !was_gone) {
    tx.exec(kGiveUpHost, {delivery.host, tx.now(), "the host is gone", true});
  } else if (health.unavailable_since) {
    tx.exec(kGiveUpHost, {delivery.host, tx.now(), "the host is unavailable", false});
  }
  return health;
}

void learn_signature_scheme(db::Tx& tx, std::span<const std::string> hosts, int scheme) {
  if (!hosts.empty()) tx.exec(kLearnScheme, {db::Param::texts(hosts), scheme, tx.now(), tx.now() - kSchemeMemory});
}

std::optional<int> find_signature_scheme(db::Tx& tx, std::string_view host) {
  const auto rows = tx.exec(kFindScheme, {host, tx.now() - kSchemeMemory});
  return rows.empty() ? std::nullopt : std::optional<int>(rows[0].i32(0));
}

std::vector<std::string> list_without_signature_scheme(db::Tx& tx, std::span<const std::string> hosts) {
  std::vector<std::string> unknown;
  if (hosts.empty()) return unknown;
  for (const auto row : tx.exec(kListSchemeless, {db::Param::texts(hosts), tx.now() - kSchemeMemory}))
    unknown.emplace_back(row.text(0));
  return unknown;
}

void record_signature_scheme(db::Tx& tx, std::string_view host, int scheme) {
  tx.exec(kStoreScheme, {host, scheme, tx.now()});
}

}  // namespace dunlin::jobs
