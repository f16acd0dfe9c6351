#include "dunlin/service/scheduled_statuses.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/media.hpp"
#include "dunlin/store/scheduled_statuses.hpp"
#include "dunlin/store/statuses.hpp"

#include <fmt/core.h>

#include <span>
#include <utility>
#include <vector>

namespace dunlin::service {

using model::Account;

namespace {

Result<void> check_time(db::Tx& tx, AccountId who, Time at, std::optional<StatusId> moved) {
  if (at < tx.now() + kLeastAhead) {
    return fail(Errc::invalid, "Validation failed: Scheduled at must be in the future");
  }
  const auto counts = store::lock_scheduled_counts(tx, who, at, moved);
  if (counts.total >= kMaxScheduled) {
    return fail(Errc::invalid,
                fmt::format("Validation failed: You have exceeded the limit of {} scheduled posts", kMaxScheduled));
  }
  if (counts.that_day >= kMaxScheduledPerDay) {
    return fail(Errc::invalid,
                fmt::format("Validation failed: You have exceeded the limit of {} scheduled posts for today",
                            kMaxScheduledPerDay));
  }
  return {};
}

Result<Scheduled> to_scheduled(const store::ScheduledStatus& row) {
  auto draft = read_draft(row.draft);
  if (!draft) return fail(Errc::internal, "A scheduled status is unreadable", row.id.str());
  return Scheduled{.id = row.id, .scheduled_at = row.scheduled_at, .draft = *std::move(draft)};
}

/// The files that these hold; no statement where none does.
void load_media(db::Tx& tx, std::span<Scheduled> scheduled) {
  std::vector<std::int64_t> ids;
  for (const auto& one : scheduled) {
    if (!one.draft.media_ids.empty()) ids.push_back(one.id.value);
  }
  if (ids.empty()) return;
  auto media = store::list_scheduled_media(tx, ids);
  for (auto& one : scheduled) one.media = std::move(media[one.id.value]);
}

}  // namespace

Result<Scheduled> ScheduledStatusService::schedule(db::Tx& tx, RemoteDocuments& documents, const Account& author,
                                                   const model::User& user, const StatusDraft& draft, Time at) {
  const auto id = env_.ids.next<StatusId>();
  if (draft.idempotency_key) {
    if (const auto earlier = store::claim_idempotency_key(tx, author.id, *draft.idempotency_key, id)) {
      return get(tx, author.id, *earlier);
    }
  }
  TRY_VOID(check_time(tx, author.id, at, std::nullopt));
  // What could not be posted now will not be posted then.
  auto composed = TRY(statuses_.compose(tx, documents, author, user, draft, id));
  Scheduled scheduled{.id = id, .scheduled_at = at, .draft = draft};
  scheduled.draft.visibility = composed.status.visibility;
  scheduled.draft.quote_policy = composed.status.quote_policy;
  store::insert_scheduled_status(
      tx, {.id = id, .account_id = author.id, .scheduled_at = at, .draft = write_draft(scheduled.draft)});
  store::reserve_media(tx, id.value, draft.media_ids);
  scheduled.media = std::move(composed.media);
  env_.queue.enqueue(tx, {.kind = kPublishScheduled, .payload = id.str(), .run_at = at});
  return scheduled;
}

Result<Scheduled> ScheduledStatusService::get(db::Tx& tx, AccountId who, StatusId id) {
  const auto row = store::find_scheduled_status(tx, who, id);
  if (!row) return fail(Errc::not_found, "Record not found");
  auto scheduled = TRY(to_scheduled(*row));
  load_media(tx, std::span(&scheduled, 1));
  return scheduled;
}

std::vector<Scheduled> ScheduledStatusService::list(db::Tx& tx, AccountId who, const model::Page& page) {
  std::vector<Scheduled> out;
  for (const auto& row : store::list_scheduled_statuses(tx, who, page)) {
    auto scheduled = to_scheduled(row);
    if (scheduled) out.push_back(*std::move(scheduled));
  }
  load_media(tx, out);
  return out;
}

Result<Scheduled> ScheduledStatusService::move(db::Tx& tx, AccountId who, StatusId id, Time at) {
  auto scheduled = TRY(get(tx, who, id));
  TRY_VOID(check_time(tx, who, at, id));
  store::set_scheduled_at(tx, id, at);
  scheduled.scheduled_at = at;
  // The job of the earlier time finds nothing due.
  env_.queue.enqueue(tx, {.kind = kPublishScheduled, .payload = id.str(), .run_at = at});
  return scheduled;
}

Result<void> ScheduledStatusService::cancel(db::Tx& tx, AccountId who, StatusId id) {
  if (!store::delete_scheduled_status(tx, who, id)) return fail(Errc::not_found, "Record not found");
  store::release_media(tx, id.value);
  return {};
}

Result<void> ScheduledStatusService::publish(db::Tx& tx, RemoteDocuments& documents, StatusId id) {
  const auto row = store::take_due_scheduled_status(tx, id);
  if (!row) return {};
  store::release_media(tx, id.value);  // for the post, which takes it at once
  const auto author = store::find_account(tx, row->account_id);
  const auto user = store::find_user_by_account(tx, row->account_id);
  if (!author || !user || author->suspended_at || user->disabled) return {};
  auto scheduled = TRY(to_scheduled(*row));
  // The key stands for the answer that was given, which is the scheduled status.
  scheduled.draft.idempotency_key.reset();
  TRY(statuses_.post(tx, documents, *author, *user, scheduled.draft));
  return {};
}

}  // namespace dunlin::service
