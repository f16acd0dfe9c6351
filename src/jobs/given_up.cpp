#include "delivery_row.hpp"

#include "dunlin/jobs/deliveries.hpp"

namespace dunlin::jobs {

namespace {

const db::Statement kListGivenUp{"given_up.list", "SELECT " DUNLIN_DELIVERY_COLUMNS
                                                  ", run_at, last_status, last_error FROM deliveries"
                                                  " WHERE state = 1 ORDER BY run_at DESC, id DESC LIMIT $1"};

const db::Statement kCountNotFound{"given_up.count_not_found",
                                   "SELECT count(*) FROM (SELECT 1 FROM deliveries WHERE state = 1 AND run_at > $2"
                                   " AND inbox_url = $1 AND last_status = 404 LIMIT $3) counted"};

const db::Statement kCountDeliveries{"given_up.count",
                                     "SELECT count(*) FILTER (WHERE state = 0), count(*) FILTER (WHERE state = 1)"
                                     " FROM deliveries"};

const db::Statement kRequeueDeliveries{"given_up.requeue",
                                       "UPDATE deliveries SET state = 0, attempts = 0, run_at = $1"
                                       " WHERE state = 1 AND ($2::text IS NULL OR host = $2)"};

const db::Statement kGiveUpHosts{"given_up.give_up_hosts",
                                 "UPDATE deliveries SET state = 1, run_at = $2, last_error = $3"
                                 " WHERE host = ANY ($1::text[]) AND state = 0"};

const db::Statement kPurgeDeliveries{
    "given_up.purge",
    "DELETE FROM deliveries WHERE id = ANY(ARRAY("
    "SELECT id FROM deliveries WHERE state = 1 AND run_at < $1 ORDER BY run_at LIMIT $2)) AND state = 1"};

// Two hosts that end the last two deliveries of an activity at once each see the other's: neither removes it.
const db::Statement kPurgeActivities{"given_up.purge_activities",
                                     "DELETE FROM outbound_activities WHERE id = ANY(ARRAY("
                                     "SELECT a.id FROM outbound_activities a WHERE a.created_at < $1"
                                     " AND (SELECT true FROM deliveries d WHERE d.activity_id = a.id LIMIT 1) IS NULL"
                                     " ORDER BY a.created_at LIMIT $2))"};

}  // namespace

std::vector<GivenUpDelivery> list_given_up_deliveries(db::Tx& tx, int limit) {
  std::vector<GivenUpDelivery> result;
  for (const auto row : tx.exec(kListGivenUp, {limit})) {
    result.push_back({.delivery = read_delivery(row),
                      .given_up_at = row.time(kDeliveryColumns),
                      .last_status = row.is_null(kDeliveryColumns + 1)
                                         ? std::nullopt
                                         : std::optional<int>(row.i32(kDeliveryColumns + 1)),
                      .last_error = row.opt_text(kDeliveryColumns + 2).value_or("")});
  }
  return result;
}

std::int64_t count_not_found(db::Tx& tx, std::string_view inbox_url, Time since, int most) {
  return tx.exec(kCountNotFound, {inbox_url, since, most})[0].i64(0);
}

DeliveryCounts count_deliveries(db::Tx& tx) {
  const auto rows = tx.exec(kCountDeliveries);
  return {.pending = rows[0].i64(0), .given_up = rows[0].i64(1)};
}

std::size_t give_up_hosts(db::Tx& tx, std::span<const std::string> hosts, std::string_view reason) {
  if (hosts.empty()) return 0;
  lock_hosts(tx, hosts);
  return tx.exec(kGiveUpHosts, {db::Param::texts(hosts), tx.now(), reason}).affected();
}

std::size_t requeue_deliveries(db::Tx& tx, std::optional<std::string_view> host) {
  return tx.exec(kRequeueDeliveries, {tx.now(), host}).affected();
}

std::size_t purge_deliveries(db::Tx& tx, Time before, int limit) {
  return tx.exec(kPurgeDeliveries, {before, limit}).affected();
}

std::size_t purge_outbound_activities(db::Tx& tx, Time before, int limit) {
  return tx.exec(kPurgeActivities, {before, limit}).affected();
}

}  // namespace dunlin::jobs
