#include "dunlin/store/reports.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"
#include "dunlin/store/statuses.hpp"

namespace dunlin::store {

namespace {

const db::Statement kInsert{"reports.insert", R"sql(
INSERT INTO reports (id, uri, account_id, target_account_id, status_ids, collection_ids, rule_ids, comment, category,
                     forwarded, application_id, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5::bigint[], $6::bigint[], $7::bigint[], $8, $9, $10, $11, $12, $12)
ON CONFLICT (uri) DO NOTHING)sql"};
#define DUNLIN_REPORT                                                                                       \
  "r.id, r.uri, r.account_id, r.target_account_id, r.status_ids, r.collection_ids, r.rule_ids, r.comment, " \
  "r.category, r.forwarded, r.application_id, r.action_taken_at, r.created_at"

const db::Statement kFind{"reports.find", "SELECT " DUNLIN_REPORT " FROM reports r WHERE r.id = $1"};
const db::Statement kFindSame{"reports.find_same", "SELECT " DUNLIN_REPORT R"sql(
FROM reports r
WHERE r.account_id = $1 AND r.created_at > $2 AND r.target_account_id = $3 AND r.comment = $4
  AND r.action_taken_at IS NULL
ORDER BY r.created_at DESC
LIMIT 1)sql"};
const db::Statement kAddStatuses{"reports.add_statuses", R"sql(
UPDATE reports
SET status_ids = ARRAY(SELECT s FROM unnest(status_ids || $2::bigint[]) WITH ORDINALITY AS u (s, place)
                       GROUP BY s ORDER BY min(place) LIMIT $3),
    updated_at = $4
WHERE id = $1)sql"};
const db::Statement kCountBy{"reports.count_by",
                             "SELECT count(*) FROM reports WHERE account_id = $1 AND created_at > $2"};
const db::Statement kSetNotification{"reports.set_notification",
                                     "UPDATE notifications SET report_id = $2 WHERE id = $1"};
const db::Statement kListOfNotifications{"reports.list_of_notifications", "SELECT " DUNLIN_REPORT R"sql(, n.id
FROM notifications n JOIN reports r ON r.id = n.report_id
WHERE n.id = ANY($1::bigint[]))sql"};
const db::Statement kListStaff{"reports.list_staff", R"sql(
SELECT account_id FROM users WHERE role > 0 AND confirmed_at IS NOT NULL AND NOT disabled ORDER BY id LIMIT 100)sql"};

model::Report read_report(const db::Row& row) {
  model::Report r;
  r.id = row.id<model::ReportId>(0);
  r.uri = row.opt_text(1);
  r.account_id = row.id<AccountId>(2);
  r.target_account_id = row.id<AccountId>(3);
  for (const auto id : row.bigints(4)) r.status_ids.push_back(StatusId{id});
  r.collection_ids = row.bigints(5);
  r.rule_ids = row.bigints(6);
  r.comment = row.text(7);
  r.category = static_cast<model::ReportCategory>(row.i32(8));
  r.forwarded = row.boolean(9);
  r.application_id = row.opt_id<ApplicationId>(10);
  r.action_taken_at = row.opt_time(11);
  r.created_at = row.time(12);
  return r;
}

}  // namespace

bool insert_report(db::Tx& tx, const model::Report& r) {
  return tx.exec(kInsert, {r.id, r.uri, r.account_id, r.target_account_id, db::Param::ids(r.status_ids),
                           db::Param::bigints(r.collection_ids), db::Param::bigints(r.rule_ids), r.comment,
                           static_cast<int>(r.category), r.forwarded, r.application_id, tx.now()})
             .affected() == 1;
}

std::optional<model::Report> find_same_report(db::Tx& tx, const model::Report& report, Time since) {
  return first_row(tx.exec(kFindSame, {report.account_id, since, report.target_account_id, report.comment}),
                   read_report);
}

void add_report_statuses(db::Tx& tx, model::ReportId id, std::span<const StatusId> statuses, int most) {
  tx.exec(kAddStatuses, {id, db::Param::ids(statuses), most, tx.now()});
}

std::int64_t count_reports_by(db::Tx& tx, AccountId reporter, Time since) {
  return tx.exec(kCountBy, {reporter, since})[0].i64(0);
}

std::optional<model::Report> find_report(db::Tx& tx, model::ReportId id) {
  return first_row(tx.exec(kFind, {id}), read_report);
}

void set_notification_report(db::Tx& tx, NotificationId notification, model::ReportId report) {
  tx.exec(kSetNotification, {notification, report});
}

std::map<NotificationId, model::Report> list_notification_reports(db::Tx& tx, std::span<const NotificationId> ids) {
  std::map<NotificationId, model::Report> reports;
  if (ids.empty()) return reports;
  for (const auto row : tx.exec(kListOfNotifications, {db::Param::ids(ids)})) {
    reports.emplace(row.id<NotificationId>(13), read_report(row));
  }
  return reports;
}

std::vector<StatusId> list_reportable_statuses(db::Tx& tx, AccountId viewer, AccountId target,
                                               std::span<const StatusId> ids) {
  std::vector<StatusId> found;
  for (const auto& status : list_visible_statuses(tx, viewer, ids)) {
    if (status.account_id == target) found.push_back(status.id);
  }
  return found;
}

std::vector<AccountId> list_staff(db::Tx& tx) {
  return all_rows(tx.exec(kListStaff), [](const db::Row& row) { return row.id<AccountId>(0); });
}

}  // namespace dunlin::store
