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

const db::Statement kInsert{"deliveries.insert", R"sql(
  WITH wanted AS (
    SELECT u.host, u.inbox_url, nullif(u.named, '')::bigint[] AS named
    FROM unnest($1::text[], $2::text[], $10::text[]) AS u (host, inbox_url, named)
    JOIN delivery_hosts h ON h.host = u.host
    WHERE h.gone_since IS NULL AND (h.unavailable_since IS NULL OR $7::boolean)
  ), activity AS (
    INSERT INTO outbound_activities (account_id, body, created_at)
    SELECT $3, $4, $8 WHERE EXISTS (SELECT 1 FROM wanted)
    RETURNING id
  )
  INSERT INTO deliveries (activity_id, host, inbox_url, account_id, object_key, priority, essential, run_at,
                          to_followers, receivers)
  SELECT activity.id, wanted.host, wanted.inbox_url, $3, $5, $6, $7, $8, $9, wanted.named FROM activity, wanted)sql"};

const db::Statement kCancel{"deliveries.cancel",
                            "DELETE FROM deliveries WHERE object_key = $1 AND account_id = $2 AND state = 0"};

// What else refers to the activity is asked of the state before this statement: leave out the rows that it removes.
const db::Statement kSucceed{"deliveries.succeed", R"sql(
  WITH done AS (DELETE FROM deliveries WHERE id = ANY ($1::bigint[]) RETURNING activity_id)
  DELETE FROM outbound_activities a
  WHERE a.id IN (SELECT activity_id FROM done)
    AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.activity_id = a.id AND d.id <> ALL ($1::bigint[])))sql"};

const db::Statement kHostAlive{"deliveries.host_alive", R"sql(
  UPDATE delivery_hosts h SET failures_in_row = 0, timeouts_in_row = 0, breaker_opened = 0, breaker_open_until = NULL,
    failing_since = NULL, failure_days = 0, last_failure_at = NULL, unavailable_since = NULL, gone_since = NULL,
    last_success_at = $2, next_attempt_at = CASE WHEN old.troubled THEN NULL ELSE h.next_attempt_at END
  FROM (SELECT host, failures_in_row > 0 OR breaker_opened > 0 OR unavailable_since IS NOT NULL OR gone_since IS NOT NULL
               AS troubled
        FROM delivery_hosts
        WHERE host = ANY($1::text[]) AND (failures_in_row > 0 OR breaker_opened > 0 OR unavailable_since IS NOT NULL
                             OR gone_since IS NOT NULL OR last_success_at IS NULL OR last_success_at < $3)
        ORDER BY host FOR UPDATE) old
  WHERE h.host = old.host
  RETURNING old.troubled, h.host)sql"};

// Only what failed because the host was away: what it refused for a reason keeps its own schedule.
const db::Statement kHurry{"deliveries.hurry",
                           "UPDATE deliveries SET run_at = $2 WHERE host = $1 AND state = 0 AND run_at > $2"
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
    last_success_at = $11, next_attempt_at = COALESCE($12::timestamptz, next_attempt_at)
  WHERE host = $1)sql"};

const db::Statement kGiveUpHost{"deliveries.give_up_host",
                                "UPDATE deliveries SET state = 1, run_at = $2, last_error = $3"
                                " WHERE host = $1 AND state = 0 AND (NOT essential OR $4::boolean)"};

#define DUNLIN_WITHOUT_SCHEME                                                          \
  " FROM unnest($1::text[]) AS u (host) LEFT JOIN delivery_hosts h ON h.host = u.host" \
  " WHERE h.signature_scheme IS NULL"
// ON CONFLICT would lock all rows that are there. Only what nobody has found out yet: an answer to a request of ours
// tells more than a request of theirs.
const db::Statement kLearnScheme{"deliveries.learn_scheme",
                                 "INSERT INTO delivery_hosts (host, signature_scheme, scheme_checked_at)"
                                 " SELECT u.host, $2, $3" DUNLIN_WITHOUT_SCHEME
                                 " ORDER BY u.host"
                                 " ON CONFLICT (host) DO UPDATE SET signature_scheme = $2, scheme_checked_at = $3"
                                 " WHERE delivery_hosts.signature_scheme IS NULL"};
const db::Statement kListSchemeless{"deliveries.list_schemeless", "SELECT u.host" DUNLIN_WITHOUT_SCHEME};
const db::Statement kStoreScheme{
    "deliveries.store_scheme",
    "UPDATE delivery_hosts SET signature_scheme = $2, scheme_checked_at = $3 WHERE host = $1"};

/// "" for none: an array as text, as there are no arrays of arrays of different lengths.
std::string as_array(const std::vector<AccountId>& ids) {
  if (ids.empty()) return {};
  return db::Param::ids(ids).c_str();
}

/// Hosts that answer again: what waited for them goes now. true: one had been in trouble.
bool mark_alive(db::Tx& tx, std::span<const std::string> hosts) {
  bool troubled = false;
  for (const auto row : tx.exec(kHostAlive, {db::Param::texts(hosts), tx.now(), tx.now() - kSeenPrecision})) {
    if (!row.boolean(0)) continue;
    tx.exec(kHurry, {row.text(1), tx.now()});
    troubled = true;
  }
  return troubled;
}

bool mark_alive(db::Tx& tx, std::string_view host) {
  const std::array one{std::string(host)};
  return mark_alive(tx, one);
}

void store_health(db::Tx& tx, std::string_view host, const HostHealth& h, std::optional<Time> waits_until) {
  tx.exec(kStoreHealth,
          {host, h.failures_in_row, h.timeouts_in_row, h.breaker_opened, h.breaker_open_until, h.failing_since,
           h.failure_days, h.last_failure_at, h.unavailable_since, h.gone_since, h.last_success_at, waits_until});
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
  const auto count = tx.exec(kInsert, {db::Param::texts(hosts), db::Param::texts(urls), activity.account_id,
                                       activity.body, activity.object_key, static_cast<int>(activity.priority),
                                       activity.essential, tx.now(), activity.to_followers, db::Param::texts(named)})
                         .affected();
  if (count > 0 && wake_up_ != nullptr) wake_for_deliveries(tx, *wake_up_);
  return count;
}

void Deliveries::host_seen_alive(db::Tx& tx, std::string_view host) const {
  if (mark_alive(tx, host) && wake_up_ != nullptr) wake_for_deliveries(tx, *wake_up_);
}

void Deliveries::hosts_seen_alive(db::Tx& tx, std::span<const std::string> hosts) const {
  if (!hosts.empty() && mark_alive(tx, hosts) && wake_up_ != nullptr) wake_for_deliveries(tx, *wake_up_);
}

std::size_t cancel_pending(db::Tx& tx, AccountId account, std::string_view object_key) {
  return tx.exec(kCancel, {object_key, account}).affected();
}

void record_successes(db::Tx& tx, std::span<const std::string> hosts, std::span<const DeliveryId> ids) {
  if (ids.empty()) return;
  tx.exec(kSucceed, {db::Param::ids(ids)});
  mark_alive(tx, hosts);
}

HostHealth record_failure(db::Tx& tx, const Delivery& delivery, const Judgement& judgement, double scale) {
  const bool again = judgement.verdict == Verdict::retry;
  tx.exec(again ? kRetry : kGiveUp,
          {delivery.id, again ? judgement.retry_at.value_or(tx.now()) : tx.now(), judgement.status, judgement.reason});

  if (judgement.sign == HostSign::alive && judgement.verdict != Verdict::host_gone) mark_alive(tx, delivery.host);
  const auto rows = tx.exec(kLockHost, {delivery.host});
  if (rows.empty()) return {};
  auto health = read_health(rows[0], 0);
  const bool was_unavailable = health.unavailable_since.has_value();
  const bool was_gone = health.gone_since.has_value();
  if (judgement.verdict == Verdict::host_gone) {
    health.note_gone(tx.now());
  } else if (judgement.sign == HostSign::failed || judgement.sign == HostSign::timed_out) {
    health.note_failure(judgement.sign == HostSign::timed_out, tx.now(), scale);
  } else if (!judgement.host_waits_until) {
    return health;
  }
  store_health(tx, delivery.host, health, judgement.host_waits_until);
  if (health.gone_since && !was_gone) {
    tx.exec(kGiveUpHost, {delivery.host, tx.now(), "the host is gone", true});
  } else if (health.unavailable_since && !was_unavailable) {
    tx.exec(kGiveUpHost, {delivery.host, tx.now(), "the host is unavailable", false});
  }
  return health;
}

void learn_signature_scheme(db::Tx& tx, std::span<const std::string> hosts, int scheme) {
  if (!hosts.empty()) tx.exec(kLearnScheme, {db::Param::texts(hosts), scheme, tx.now()});
}

std::vector<std::string> list_without_signature_scheme(db::Tx& tx, std::span<const std::string> hosts) {
  std::vector<std::string> unknown;
  if (hosts.empty()) return unknown;
  for (const auto row : tx.exec(kListSchemeless, {db::Param::texts(hosts)})) unknown.emplace_back(row.text(0));
  return unknown;
}

void record_signature_scheme(db::Tx& tx, std::string_view host, int scheme) {
  tx.exec(kStoreScheme, {host, scheme, tx.now()});
}

}  // namespace dunlin::jobs
