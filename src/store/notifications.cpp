#include "dunlin/store/notifications.hpp"

#include "rows.hpp"
#include "sight.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

#define DUNLIN_NOTIFICATION_COLUMNS "n.id, n.account_id, n.type, n.from_account_id, n.status_id, n.created_at"

namespace {

model::Notification read_notification(const db::Row& row) {
  return {.id = row.id<NotificationId>(0),
          .account_id = row.id<AccountId>(1),
          .type = static_cast<model::NotificationType>(row.i32(2)),
          .from_account_id = row.id<AccountId>(3),
          .status_id = row.opt_id<StatusId>(4),
          .created_at = row.time(5)};
}

db::Param numbers(const std::vector<model::NotificationType>& types) {
  std::vector<std::int64_t> out;
  for (const auto type : types) out.push_back(static_cast<std::int64_t>(type));
  return db::Param::bigints(out);
}

}  // namespace

const db::Statement kInsertNotification{"notifications.insert", R"sql(
INSERT INTO notifications (id, account_id, type, from_account_id, status_id, created_at)
SELECT $1::bigint, $2::bigint, $3::smallint, $4::bigint, $5::bigint, $6::timestamptz
WHERE $2 <> $4
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = $2 AND a.domain IS NULL AND a.suspended_at IS NULL)
  AND )sql" DUNLIN_NOT_SUSPENDED("$4") R"sql(
  AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = $2 AND b.target_account_id = $4)
  AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = $4 AND b.target_account_id = $2)
  AND NOT EXISTS (SELECT 1 FROM mutes m
                  WHERE m.account_id = $2 AND m.target_account_id = $4 AND m.hide_notifications
                    AND (m.expires_at IS NULL OR m.expires_at > $7))
ON CONFLICT (account_id, type, from_account_id, coalesce(status_id, 0)) DO NOTHING)sql"};

bool insert_notification(db::Tx& tx, const model::Notification& n) {
  return tx.exec(kInsertNotification,
                 {n.id, n.account_id, static_cast<int>(n.type), n.from_account_id, n.status_id, n.created_at, tx.now()})
             .affected() > 0;
}

const db::Statement kDeleteNotification{"notifications.delete", R"sql(
DELETE FROM notifications
WHERE account_id = $1 AND type = $2 AND from_account_id = $3 AND coalesce(status_id, 0) = coalesce($4::bigint, 0))sql"};

void delete_notification(db::Tx& tx, AccountId receiver, model::NotificationType type, AccountId from,
                         std::optional<StatusId> status) {
  tx.exec(kDeleteNotification, {receiver, static_cast<int>(type), from, status});
}

#define DUNLIN_NOTIFICATION_FILTER                                                                \
  "(cardinality($3::bigint[]) = 0 OR n.type = ANY($3::bigint[])) AND n.type <> ALL($4::bigint[])" \
  " AND ($5::bigint IS NULL OR n.from_account_id = $5::bigint) AND " DUNLIN_NOT_SUSPENDED("n.from_account_id")
#define DUNLIN_NOTIFICATIONS(order)                                           \
  "SELECT " DUNLIN_NOTIFICATION_COLUMNS                                       \
  " FROM notifications n WHERE n.account_id = $1 AND n.id > $2 AND n.id < $6" \
  " AND " DUNLIN_NOTIFICATION_FILTER " ORDER BY n.id " order " LIMIT $7"

const db::Statement kListNotifications{"notifications.list", DUNLIN_NOTIFICATIONS("DESC")};
const db::Statement kListNotificationsUp{"notifications.list_up", DUNLIN_NOTIFICATIONS("ASC")};

std::vector<model::Notification> list_notifications(db::Tx& tx, AccountId receiver, const NotificationFilter& filter,
                                                    const model::Page& page) {
  return page_rows(tx.exec(page.upwards() ? kListNotificationsUp : kListNotifications,
                           {receiver, page.above(), numbers(filter.types), numbers(filter.exclude_types), filter.from,
                            page.below(), page.limit}),
                   page, read_notification);
}

const db::Statement kCountUnread{"notifications.count_unread", R"sql(
SELECT count(*)
FROM (
  SELECT 1
  FROM notifications n
  WHERE n.account_id = $1
    AND n.id > coalesce((SELECT m.last_read_id FROM markers m WHERE m.account_id = $1 AND m.timeline = $2), 0)
    AND )sql" DUNLIN_NOTIFICATION_FILTER R"sql(
  LIMIT $6) unread)sql"};

std::int64_t count_unread_notifications(db::Tx& tx, AccountId receiver, const NotificationFilter& filter, int limit) {
  return tx
      .exec(kCountUnread,
            {receiver, "notifications", numbers(filter.types), numbers(filter.exclude_types), filter.from, limit})[0]
      .i64(0);
}

const db::Statement kFindNotification{
    "notifications.find",
    "SELECT " DUNLIN_NOTIFICATION_COLUMNS
    " FROM notifications n WHERE n.id = $2 AND n.account_id = $1 AND " DUNLIN_NOT_SUSPENDED("n.from_account_id")};

std::optional<model::Notification> find_notification(db::Tx& tx, AccountId receiver, NotificationId id) {
  return first_row(tx.exec(kFindNotification, {receiver, id}), read_notification);
}

const db::Statement kDismissNotification{"notifications.dismiss",
                                         "DELETE FROM notifications WHERE id = $2 AND account_id = $1"};

bool dismiss_notification(db::Tx& tx, AccountId receiver, NotificationId id) {
  return tx.exec(kDismissNotification, {receiver, id}).affected() > 0;
}

const db::Statement kClearNotifications{"notifications.clear", "DELETE FROM notifications WHERE account_id = $1"};

void clear_notifications(db::Tx& tx, AccountId receiver) {
  tx.exec(kClearNotifications, {receiver});
}

}  // namespace dunlin::store
