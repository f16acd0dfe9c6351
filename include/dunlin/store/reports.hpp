#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/report.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dunlin::store {

/// false: a report with this uri is there.
bool insert_report(db::Tx& tx, const model::Report& report);
/// The newest open report of the same by the same since then.
std::optional<model::Report> find_same_report(db::Tx& tx, const model::Report& report, Time since);
/// More statuses for a report that is there, up to `most`.
void add_report_statuses(db::Tx& tx, model::ReportId id, std::span<const StatusId> statuses, int most);
std::int64_t count_reports_by(db::Tx& tx, AccountId reporter, Time since);
std::optional<model::Report> find_report(db::Tx& tx, model::ReportId id);
/// Of these, those that the account has written and `viewer` may see.
std::vector<StatusId> list_reportable_statuses(db::Tx& tx, AccountId viewer, AccountId target,
                                               std::span<const StatusId> ids);
void set_notification_report(db::Tx& tx, NotificationId notification, model::ReportId report);
/// What these notifications are about; one statement.
std::map<NotificationId, model::Report> list_notification_reports(db::Tx& tx, std::span<const NotificationId> ids);
/// The accounts of moderators and above, who are told of new reports and accounts.
std::vector<AccountId> list_staff(db::Tx& tx);

}  // namespace dunlin::store
