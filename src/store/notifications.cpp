#include "dunlin/store/notifications.hpp"

#include "notification_rows.hpp"
#include "rows.hpp"
#include "sight.hpp"

#include "dunlin/db/statement.hpp"

#include <chrono>

namespace dunlin::store {

#define DUNLIN_NOTIFICATION_COLUMNS \
  "n.id, n.account_id, n.type, n.from_account_id, n.status_id, n.about_id, n.group_key, n.filtered, n.created_at"

namespace {

constexpr int kGroupHours = 12;

model::Notification read_notification(const db::Row& row) {
  return {.id = row.id<NotificationId>(0),
          .account_id = row.id<AccountId>(1),
          .type = static_cast<model::NotificationType>(row.i32(2)),
          .from_account_id = row.id<AccountId>(3),
          .status_id = row.opt_id<StatusId>(4),
          .about_id = row.opt_i64(5),
          .group_key = row.opt_text(6).value_or(""),
          .filtered = row.boolean(7),
          .created_at = row.time(8)};
}

/// What group keys of this type and status begin with; nullopt: they stand by themselves.
std::optional<std::string> group_prefix(const model::Notification& n) {
  if (n.filtered || !model::is_groupable(n.type)) return std::nullopt;
  std::string prefix(model::to_string(n.type));
  if (n.status_id) prefix += "-" + n.status_id->str();
  return prefix + "-";
}

/// The statuses that are the sender's own words.
bool shows_sender(model::NotificationType type) {
  using enum model::NotificationType;
  return type == mention || type == status || type == quote;
}

}  // namespace

// A group's key ends with the hour of its first notification; it goes on for some hours. Hours since 1970 have six
// digits until 2084, so that keys sort by them.
const db::Statement kInsertNotification{"notifications.insert", R"sql(
WITH new AS (
  INSERT INTO notifications (id, account_id, type, from_account_id, status_id, about_id, group_key, filtered, created_at)
  SELECT $1::bigint, $2::bigint, $3::smallint, $4::bigint, $5::bigint, $6::bigint,
         coalesce((SELECT max(g.group_key) FROM notifications g
                   WHERE g.account_id = $2 AND g.group_key > $7::text || ($8::bigint - $9::bigint)
                     AND g.group_key <= $7::text || $8::bigint),
                  $7::text || $8::bigint),
         $10::boolean, $11::timestamptz
  ON CONFLICT (account_id, type, from_account_id, coalesce(status_id, about_id, 0)) DO NOTHING
  RETURNING id, account_id, from_account_id, filtered),
asked AS (
  INSERT INTO notification_requests (id, account_id, from_account_id, last_status_id, created_at, updated_at)
  SELECT n.id, n.account_id, n.from_account_id, $12::bigint, $11, $11 FROM new n WHERE n.filtered
  ON CONFLICT (account_id, from_account_id) DO UPDATE
  SET last_status_id = coalesce(EXCLUDED.last_status_id, notification_requests.last_status_id),
      updated_at = EXCLUDED.updated_at)
SELECT 1 FROM new)sql"};

bool insert_notification(db::Tx& tx, const model::Notification& n) {
  const auto hour = std::chrono::floor<std::chrono::hours>(tx.now()).time_since_epoch().count();
  return !tx.exec(kInsertNotification, {n.id, n.account_id, static_cast<int>(n.type), n.from_account_id, n.status_id,
                                        n.about_id, group_prefix(n), hour, kGroupHours, n.filtered, n.created_at,
                                        shows_sender(n.type) ? n.status_id : std::nullopt})
              .empty();
}

const db::Statement kDeleteNotification{"notifications.delete", R"sql(
DELETE FROM notifications
WHERE account_id = $1 AND type = $2 AND from_account_id = $3
  AND coalesce(status_id, about_id, 0) = coalesce($4::bigint, 0))sql"};

void delete_notification(db::Tx& tx, AccountId receiver, model::NotificationType type, AccountId from,
                         std::optional<StatusId> status) {
  tx.exec(kDeleteNotification, {receiver, static_cast<int>(type), from, status});
}

void delete_notification_about(db::Tx& tx, AccountId receiver, model::NotificationType type, AccountId from,
                               std::int64_t about) {
  tx.exec(kDeleteNotification, {receiver, static_cast<int>(type), from, about});
}

#define DUNLIN_NOTIFICATIONS(order)                                           \
  "SELECT " DUNLIN_NOTIFICATION_COLUMNS                                       \
  " FROM notifications n WHERE n.account_id = $1 AND n.id > $2 AND n.id < $6" \
  " AND " DUNLIN_NOTIFICATION_FILTER " ORDER BY n.id " order " LIMIT $7"

const db::Statement kListNotifications{"notifications.list", DUNLIN_NOTIFICATIONS("DESC")};
const db::Statement kListNotificationsUp{"notifications.list_up", DUNLIN_NOTIFICATIONS("ASC")};

std::vector<model::Notification> list_notifications(db::Tx& tx, AccountId receiver, const NotificationFilter& filter,
                                                    const model::Page& page) {
  return page_rows(tx.exec(page.upwards() ? kListNotificationsUp : kListNotifications,
                           {receiver, page.above(), type_numbers(filter.types), type_numbers(filter.exclude_types),
                            filter.from, page.below(), page.limit, filter.include_filtered}),
                   page, read_notification);
}

// $2 the marker's timeline, $6 unused but for its place.
const db::Statement kCountUnread{"notifications.count_unread", R"sql(
SELECT count(*)
FROM (
  SELECT 1
  FROM notifications n
  WHERE n.account_id = $1 AND n.id < $6
    AND n.id > coalesce((SELECT m.last_read_id FROM markers m WHERE m.account_id = $1 AND m.timeline = $2), 0)
    AND )sql" DUNLIN_NOTIFICATION_FILTER R"sql(
  LIMIT $7) unread)sql"};

std::int64_t count_unread_notifications(db::Tx& tx, AccountId receiver, const NotificationFilter& filter, int limit) {
  return tx
      .exec(kCountUnread, {receiver, "notifications", type_numbers(filter.types), type_numbers(filter.exclude_types),
                           filter.from, model::Page{}.below(), limit, filter.include_filtered})[0]
      .i64(0);
}

const db::Statement kFindNotification{
    "notifications.find",
    "SELECT " DUNLIN_NOTIFICATION_COLUMNS
    " FROM notifications n WHERE n.id = $2 AND n.account_id = $1 AND " DUNLIN_NOT_SUSPENDED("n.from_account_id")};

std::optional<model::Notification> find_notification(db::Tx& tx, AccountId receiver, NotificationId id) {
  return first_row(tx.exec(kFindNotification, {receiver, id}), read_notification);
}

const db::Statement kDismissNotifications{"notifications.dismiss",
                                          "DELETE FROM notifications WHERE id = ANY($2::bigint[]) AND account_id = $1"};

std::size_t dismiss_notifications(db::Tx& tx, AccountId receiver, std::span<const NotificationId> ids) {
  if (ids.empty()) return 0;
  return tx.exec(kDismissNotifications, {receiver, db::Param::ids(ids)}).affected();
}

const db::Statement kClearNotifications{"notifications.clear", R"sql(
WITH requests AS (DELETE FROM notification_requests WHERE account_id = $1)
DELETE FROM notifications WHERE account_id = $1)sql"};

void clear_notifications(db::Tx& tx, AccountId receiver) {
  tx.exec(kClearNotifications, {receiver});
}

}  // namespace dunlin::store
