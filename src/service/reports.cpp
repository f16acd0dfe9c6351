#include "dunlin/service/reports.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/service/federation.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/collections.hpp"
#include "dunlin/store/reports.hpp"
#include "dunlin/store/rules.hpp"
#include "dunlin/store/shown_accounts.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace dunlin::service {

namespace {

constexpr std::size_t kMaxComment = 1000;
constexpr std::size_t kMaxStatuses = 100;

/// Those of the account that are there.
std::vector<std::int64_t> own_collections(db::Tx& tx, AccountId target, std::vector<std::int64_t> ids) {
  std::erase_if(ids, [&](std::int64_t id) {
    const auto collection = store::find_collection(tx, model::CollectionId{id});
    return !collection || collection->account_id != target;
  });
  return ids;
}

}  // namespace

Result<model::Report> ReportService::file(db::Tx& tx, const model::Account& reporter, const NewReport& wanted) {
  const auto target = store::find_shown_account(tx, wanted.target);
  if (!target) return fail(Errc::not_found, "Record not found");
  if (text::count_graphemes(wanted.comment) > kMaxComment) {
    return fail(Errc::invalid,
                fmt::format("Validation failed: Comment is too long (maximum is {} characters)", kMaxComment));
  }
  if (wanted.statuses.size() > kMaxStatuses || wanted.collections.size() > kMaxStatuses) {
    return fail(Errc::invalid, fmt::format("Validation failed: Status ids can be at most {}", kMaxStatuses));
  }
  model::Report report;
  report.id = env_.ids.next<model::ReportId>();
  report.account_id = reporter.id;
  report.target_account_id = target->id;
  report.status_ids = store::list_reportable_statuses(tx, reporter.id, target->id, wanted.statuses);
  report.collection_ids = own_collections(tx, target->id, wanted.collections);
  for (const auto& rule : store::list_rules_by_id(tx, wanted.rules)) report.rule_ids.push_back(rule.id);
  if (report.rule_ids.size() != wanted.rules.size()) {
    return fail(Errc::invalid, "Validation failed: Rule ids does not reference valid rules");
  }
  // Rules that are named make it a violation, whatever was said.
  report.category =
      wanted.rules.empty() ? wanted.category.value_or(model::ReportCategory::other) : model::ReportCategory::violation;
  report.comment = wanted.comment;
  report.forwarded = wanted.forward && !target->is_local();
  report.application_id = wanted.application;
  report.created_at = tx.now();
  store::insert_report(tx, report);
  tell_staff(tx, report, reporter, *target);
  if (report.forwarded) env_.federation.reported(tx, report, *target, wanted.forward_to);
  return report;
}

ReportService::Received ReportService::receive(db::Tx& tx, const model::Account& reporter, model::Report report) {
  // Nobody reads more a day; mostly it is the one actor that reports for a whole server.
  constexpr std::int64_t kMostADay = 100;
  constexpr std::chrono::hours kDay{24};
  const auto target = store::find_account(tx, report.target_account_id);
  if (!target) return Received::known;
  report.account_id = reporter.id;
  if (const auto same = store::find_same_report(tx, report, tx.now() - kDay)) {
    store::add_report_statuses(tx, same->id, report.status_ids, static_cast<int>(kMaxStatuses));
    return Received::merged;
  }
  if (store::count_reports_by(tx, reporter.id, tx.now() - kDay) >= kMostADay) return Received::refused;
  report.id = env_.ids.next<model::ReportId>();
  report.created_at = tx.now();
  if (!store::insert_report(tx, report)) return Received::known;
  tell_staff(tx, report, reporter, *target);
  return Received::filed;
}

void ReportService::tell_staff(db::Tx& tx, const model::Report& report, const model::Account& reporter,
                               const model::Account& target) {
  log::info("reported", {log::kv("report", report.id.str()), log::kv("target", target.uri)});
  mails_.report_filed(tx, "@" + reporter.acct(), "@" + target.acct(), report.comment);
  for (const auto moderator : store::list_staff(tx)) notifications_.reported(tx, report.id, reporter.id, moderator);
}

}  // namespace dunlin::service
