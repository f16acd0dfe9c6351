#include "dunlin/store/notification_policies.hpp"

#include "notification_rows.hpp"
#include "rows.hpp"
#include "sight.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

const db::Statement kFindPolicy{"notification_policies.find", "SELECT " DUNLIN_POLICY_COLUMNS
                                                              " FROM notification_policies p WHERE p.account_id = $1"};

model::NotificationPolicy get_notification_policy(db::Tx& tx, AccountId owner) {
  const auto found =
      first_row(tx.exec(kFindPolicy, {owner}), [](const db::Row& row) { return read_notification_policy(row, 0); });
  return found.value_or(model::NotificationPolicy{});
}

const db::Statement kSavePolicy{"notification_policies.save", R"sql(
INSERT INTO notification_policies (account_id, for_not_following, for_not_followers, for_new_accounts,
                                   for_private_mentions, for_limited_accounts, for_bots)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (account_id) DO UPDATE
SET for_not_following = EXCLUDED.for_not_following, for_not_followers = EXCLUDED.for_not_followers,
    for_new_accounts = EXCLUDED.for_new_accounts, for_private_mentions = EXCLUDED.for_private_mentions,
    for_limited_accounts = EXCLUDED.for_limited_accounts, for_bots = EXCLUDED.for_bots)sql"};

void save_notification_policy(db::Tx& tx, AccountId owner, const model::NotificationPolicy& policy) {
  tx.exec(kSavePolicy, {owner, static_cast<int>(policy.for_not_following), static_cast<int>(policy.for_not_followers),
                        static_cast<int>(policy.for_new_accounts), static_cast<int>(policy.for_private_mentions),
                        static_cast<int>(policy.for_limited_accounts), static_cast<int>(policy.for_bots)});
}

// A request whose last notification has gone (its status was deleted) is no longer one.
#define DUNLIN_WAITING_OF(q)                                                               \
  " FROM notifications n WHERE n.account_id = " q ".account_id AND n.from_account_id = " q \
  ".from_account_id"                                                                       \
  " AND n.filtered"
#define DUNLIN_REQUESTS \
  "SELECT q.id, q.from_account_id, q.last_status_id,"                                                        \
  " (SELECT count(*) FROM (SELECT 1" DUNLIN_WAITING_OF("q") " LIMIT 100) waiting), q.created_at, q.updated_at" \
  " FROM notification_requests q WHERE q.account_id = $1 AND EXISTS (SELECT 1" DUNLIN_WAITING_OF("q")        \
  ") AND " DUNLIN_NOT_SUSPENDED("q.from_account_id")

const db::Statement kCountPending{"notification_policies.count_pending",
                                  "SELECT (SELECT count(*) FROM (SELECT 1 FROM (" DUNLIN_REQUESTS
                                  " LIMIT 100) r) requests), (SELECT count(*) FROM (SELECT 1 FROM notifications n"
                                  " WHERE n.account_id = $1 AND n.filtered LIMIT 100) notifications)"};

PendingNotifications count_pending_notifications(db::Tx& tx, AccountId owner) {
  const auto rows = tx.exec(kCountPending, {owner});
  return {.requests = rows[0].i64(0), .notifications = rows[0].i64(1)};
}

namespace {

model::NotificationRequest read_request(const db::Row& row) {
  return {.id = row.id<model::NotificationRequestId>(0),
          .from_account_id = row.id<AccountId>(1),
          .last_status_id = row.opt_id<StatusId>(2),
          .notifications_count = row.i64(3),
          .created_at = row.time(4),
          .updated_at = row.time(5)};
}

}  // namespace

const db::Statement kListRequests{"notification_policies.requests",
                                  DUNLIN_REQUESTS " AND q.id < $2 AND q.id > $3 ORDER BY q.id DESC LIMIT $4"};
const db::Statement kListRequestsUp{"notification_policies.requests_up",
                                    DUNLIN_REQUESTS " AND q.id < $2 AND q.id > $3 ORDER BY q.id LIMIT $4"};

std::vector<model::NotificationRequest> list_notification_requests(db::Tx& tx, AccountId owner,
                                                                   const model::Page& page) {
  return page_rows(
      tx.exec(page.upwards() ? kListRequestsUp : kListRequests, {owner, page.below(), page.above(), page.limit}), page,
      read_request);
}

const db::Statement kFindRequest{"notification_policies.request", DUNLIN_REQUESTS " AND q.id = $2"};

std::optional<model::NotificationRequest> find_notification_request(db::Tx& tx, AccountId owner,
                                                                    model::NotificationRequestId id) {
  return first_row(tx.exec(kFindRequest, {owner, id}), read_request);
}

const db::Statement kTakeRequests{
    "notification_policies.take_requests",
    "DELETE FROM notification_requests WHERE account_id = $1 AND id = ANY($2::bigint[]) RETURNING from_account_id"};

std::vector<AccountId> take_notification_requests(db::Tx& tx, AccountId owner,
                                                  std::span<const model::NotificationRequestId> ids) {
  if (ids.empty()) return {};
  return all_rows(tx.exec(kTakeRequests, {owner, db::Param::ids(ids)}),
                  [](const db::Row& row) { return row.id<AccountId>(0); });
}

const db::Statement kPermit{"notification_policies.permit", R"sql(
WITH permitted AS (
  INSERT INTO notification_permissions (account_id, from_account_id, created_at)
  SELECT $1::bigint, s.id, $3::timestamptz FROM unnest($2::bigint[]) AS s (id)
  ON CONFLICT (account_id, from_account_id) DO NOTHING)
UPDATE notifications SET filtered = false
WHERE account_id = $1 AND from_account_id = ANY($2::bigint[]) AND filtered)sql"};

std::size_t permit_notifications(db::Tx& tx, AccountId owner, std::span<const AccountId> senders) {
  if (senders.empty()) return 0;
  return tx.exec(kPermit, {owner, db::Param::ids(senders), tx.now()}).affected();
}

const db::Statement kDeleteFiltered{
    "notification_policies.delete_filtered",
    "DELETE FROM notifications WHERE account_id = $1 AND from_account_id = ANY($2::bigint[]) AND filtered"};

void delete_filtered_notifications(db::Tx& tx, AccountId owner, std::span<const AccountId> senders) {
  if (!senders.empty()) tx.exec(kDeleteFiltered, {owner, db::Param::ids(senders)});
}

}  // namespace dunlin::store
