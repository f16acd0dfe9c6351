#include "dunlin/store/notification_groups.hpp"

#include "notification_rows.hpp"
#include "rows.hpp"
#include "sight.hpp"

#include "dunlin/db/statement.hpp"

#include <limits>

namespace dunlin::store {

namespace {

constexpr std::string_view kUngrouped = "ungrouped-";

NotificationGroup read_group(const db::Row& row) {
  return {.newest = {.id = row.id<NotificationId>(0),
                     .account_id = row.id<AccountId>(1),
                     .type = static_cast<model::NotificationType>(row.i32(2)),
                     .from_account_id = row.id<AccountId>(3),
                     .status_id = row.opt_id<StatusId>(4),
                     .about_id = row.opt_i64(5),
                     .group_key = row.opt_text(6).value_or(""),
                     .filtered = row.boolean(7),
                     .created_at = row.time(8)},
          .count = row.i64(9),
          .most_recent = row.id<NotificationId>(10),
          .page_min = row.id<NotificationId>(11),
          .page_max = row.id<NotificationId>(12),
          .latest_at = row.time(13),
          .samples = [&] {
            std::vector<AccountId> ids;
            for (const auto id : row.bigints(14)) ids.push_back(AccountId{id});
            return ids;
          }()};
}

/// A key as it is stored, or the id of what stands by itself: the other is nullopt.
struct Key {
  std::optional<std::string> group;
  std::optional<NotificationId> single;

  explicit Key(std::string_view text) {
    if (text.starts_with(kUngrouped)) {
      single = NotificationId::parse(text.substr(kUngrouped.size())).value_or(NotificationId{});
    } else {
      group = std::string(text);
    }
  }
};

}  // namespace

// $9: the types that are grouped.
#define DUNLIN_SHOWN_KEY                                                                    \
  "CASE WHEN n.group_key IS NOT NULL AND n.type = ANY($9::bigint[]) THEN n.group_key ELSE " \
  "'ungrouped-' || n.id END"
#define DUNLIN_GROUP_MEMBERS                                                                             \
  "notifications g WHERE g.account_id = $1 AND (g.id = h.id OR h.grouped AND g.group_key = h.group_key)" \
  " AND " DUNLIN_NOT_SUSPENDED("g.from_account_id")
// Of each head `h` (a notification with `grouped`, `low`, `high`): itself and what its group is.
#define DUNLIN_GROUP_OF_HEAD                                                                                       \
  "SELECT w.page_max, h.account_id, h.type, h.from_account_id, h.status_id, h.about_id,"                           \
  " CASE WHEN h.grouped THEN h.group_key END, h.filtered, h.created_at, w.count, w.most_recent, w.page_min,"       \
  " w.page_max, w.latest_at, ARRAY(SELECT g.from_account_id FROM " DUNLIN_GROUP_MEMBERS                            \
  " ORDER BY g.id DESC LIMIT 8)"                                                                                   \
  " FROM heads h CROSS JOIN LATERAL ("                                                                             \
  "SELECT count(*) AS count, max(g.id) AS most_recent, min(g.id) FILTER (WHERE g.id BETWEEN h.low AND h.high) AS " \
  "page_min,"                                                                                                      \
  " max(g.id) FILTER (WHERE g.id BETWEEN h.low AND h.high) AS page_max,"                                           \
  " max(g.created_at) FILTER (WHERE g.id BETWEEN h.low AND h.high) AS latest_at"                                   \
  " FROM " DUNLIN_GROUP_MEMBERS ") w ORDER BY w.page_max DESC"

// One step finds the next notification whose group was not met yet. A full page ends at the last one found, another at
// the bounds that were asked for; groups go on beyond it.
#define DUNLIN_GROUPS(order, next, low, high)                                                                       \
  "WITH RECURSIVE met AS ("                                                                                         \
  "(SELECT n.id, ARRAY[" DUNLIN_SHOWN_KEY                                                                           \
  "] AS seen, 1 AS place FROM notifications n"                                                                      \
  " WHERE n.account_id = $1 AND n.id > $2 AND n.id < $6 AND " DUNLIN_NOTIFICATION_FILTER " ORDER BY n.id " order    \
  " LIMIT 1)"                                                                                                       \
  " UNION ALL SELECT step.id, m.seen || step.key, m.place + 1 FROM met m CROSS JOIN LATERAL ("                      \
  "SELECT n.id, " DUNLIN_SHOWN_KEY                                                                                  \
  " AS key FROM notifications n WHERE n.account_id = $1 AND n.id > $2"                                              \
  " AND n.id < $6 AND n.id " next " m.id AND " DUNLIN_SHOWN_KEY " <> ALL(m.seen) AND " DUNLIN_NOTIFICATION_FILTER   \
  " ORDER BY n.id " order                                                                                           \
  " LIMIT 1) step WHERE m.place < $7),"                                                                             \
  " edge AS (SELECT count(*) >= $7 AS full, min(id) AS low, max(id) AS high FROM met),"                             \
  " heads AS (SELECT n.*, n.group_key IS NOT NULL AND n.type = ANY($9::bigint[]) AS grouped, " low " AS low, " high \
  " AS high FROM met m JOIN notifications n ON n.id = m.id CROSS JOIN edge) " DUNLIN_GROUP_OF_HEAD

const db::Statement kListGroups{
    "notification_groups.list",
    DUNLIN_GROUPS("DESC", "<", "CASE WHEN edge.full THEN edge.low ELSE $2 + 1 END", "$6 - 1")};
const db::Statement kListGroupsUp{
    "notification_groups.list_up",
    DUNLIN_GROUPS("ASC", ">", "$2 + 1", "CASE WHEN edge.full THEN edge.high ELSE $6 - 1 END")};

std::vector<NotificationGroup> list_notification_groups(db::Tx& tx, AccountId receiver,
                                                        const NotificationFilter& filter,
                                                        const std::vector<model::NotificationType>& grouped,
                                                        const model::Page& page) {
  return all_rows(tx.exec(page.upwards() ? kListGroupsUp : kListGroups,
                          {receiver, page.above(), type_numbers(filter.types), type_numbers(filter.exclude_types),
                           filter.from, page.below(), page.limit, filter.include_filtered, type_numbers(grouped)}),
                  read_group);
}

const db::Statement kFindGroup{"notification_groups.find", R"sql(
WITH heads AS (
  SELECT n.*, $2::text IS NOT NULL AS grouped, 0::bigint AS low, $4::bigint AS high
  FROM notifications n
  WHERE n.account_id = $1 AND (n.group_key = $2 OR n.id = $3::bigint)
    AND )sql" DUNLIN_NOT_SUSPENDED("n.from_account_id") R"sql(
  ORDER BY n.id DESC
  LIMIT 1) )sql" DUNLIN_GROUP_OF_HEAD};

std::optional<NotificationGroup> find_notification_group(db::Tx& tx, AccountId receiver, std::string_view key) {
  const Key asked(key);
  return first_row(tx.exec(kFindGroup, {receiver, asked.group, asked.single, std::numeric_limits<std::int64_t>::max()}),
                   read_group);
}

#define DUNLIN_GROUP_ACCOUNTS(order)                                                                    \
  "SELECT n.id, n.from_account_id FROM notifications n WHERE n.account_id = $1"                         \
  " AND (n.group_key = $2 OR n.id = $3::bigint) AND n.id < $4 AND n.id > $5 AND " DUNLIN_NOT_SUSPENDED( \
      "n.from_account_id") " ORDER BY n.id " order " LIMIT $6"

const db::Statement kGroupAccounts{"notification_groups.accounts", DUNLIN_GROUP_ACCOUNTS("DESC")};
const db::Statement kGroupAccountsUp{"notification_groups.accounts_up", DUNLIN_GROUP_ACCOUNTS("ASC")};

std::vector<AccountRef> list_group_accounts(db::Tx& tx, AccountId receiver, std::string_view key,
                                            const model::Page& page) {
  const Key asked(key);
  return page_rows(
      tx.exec(page.upwards() ? kGroupAccountsUp : kGroupAccounts,
              {receiver, asked.group, asked.single, page.below(), page.above(), page.limit}),
      page, [](const db::Row& row) { return AccountRef{.row_id = row.i64(0), .account_id = row.id<AccountId>(1)}; });
}

const db::Statement kDismissGroup{
    "notification_groups.dismiss",
    "DELETE FROM notifications WHERE account_id = $1 AND (group_key = $2 OR id = $3::bigint)"};

void dismiss_notification_group(db::Tx& tx, AccountId receiver, std::string_view key) {
  const Key asked(key);
  tx.exec(kDismissGroup, {receiver, asked.group, asked.single});
}

// $2 the marker's timeline.
const db::Statement kCountUnreadGroups{"notification_groups.count_unread", R"sql(
SELECT count(*)
FROM (
  SELECT DISTINCT recent.key
  FROM (
    SELECT )sql" DUNLIN_SHOWN_KEY R"sql( AS key
    FROM notifications n
    WHERE n.account_id = $1 AND n.id < $6
      AND n.id > coalesce((SELECT m.last_read_id FROM markers m WHERE m.account_id = $1 AND m.timeline = $2), 0)
      AND )sql" DUNLIN_NOTIFICATION_FILTER R"sql(
    ORDER BY n.id DESC
    LIMIT 4000) recent
  LIMIT $7) unread)sql"};

std::int64_t count_unread_groups(db::Tx& tx, AccountId receiver, const NotificationFilter& filter,
                                 const std::vector<model::NotificationType>& grouped, int limit) {
  return tx
      .exec(kCountUnreadGroups,
            {receiver, "notifications", type_numbers(filter.types), type_numbers(filter.exclude_types), filter.from,
             model::Page{}.below(), limit, filter.include_filtered, type_numbers(grouped)})[0]
      .i64(0);
}

}  // namespace dunlin::store
