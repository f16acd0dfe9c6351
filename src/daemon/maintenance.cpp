#include "maintenance.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/jobs/deliveries.hpp"
#include "dunlin/store/account_deletion.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/activities.hpp"
#include "dunlin/store/backfills.hpp"
#include "dunlin/store/events.hpp"
#include "dunlin/store/instance_activity.hpp"
#include "dunlin/store/media.hpp"
#include "dunlin/store/mutes.hpp"
#include "dunlin/store/oauth.hpp"
#include "dunlin/store/preview_cards.hpp"
#include "dunlin/store/refusals.hpp"
#include "dunlin/store/sign_ups.hpp"
#include "dunlin/store/status_receivers.hpp"
#include "dunlin/store/statuses.hpp"
#include "dunlin/store/translations.hpp"
#include "dunlin/store/two_factor.hpp"

#include <fmt/core.h>

#include <string>
#include <utility>

namespace dunlin::daemon {

namespace {

using std::chrono::hours;
using Steady = std::chrono::steady_clock;

constexpr hours kEvery{1};
constexpr std::chrono::minutes kSoon{1};  // while more is left than fits into a run
constexpr hours kIdempotencyKeys{1};
constexpr hours kUnusedApplications{24};
constexpr hours kInboundActivities{7 * 24};  // until then somebody may ask what became of one
constexpr hours kDeletedStatuses{30 * 24};   // their Deletes are retried that long
constexpr hours kUnattachedMedia{24};
constexpr hours kPasswordResets{6};
constexpr hours kGivenUpWork{30 * 24};
constexpr hours kReplacedKeys{30 * 24};  // as long as what they have signed may be looked at
constexpr hours kBackfills{14 * 24};     // twice their longest pause
constexpr hours kEvents{1};              // who has not heard them by then begins anew
constexpr hours kUnusedCards{30 * 24};
constexpr std::int64_t kEarlyTombstones = 1'000'000;  // some 200 MB
constexpr hours kTranslations{7 * 24};
constexpr hours kUnusedReceivers{24};  // not those that a job is about to refer to

constexpr int kPagesOfReceivers = 10;

void enqueue_hourly(db::Tx& tx, const jobs::Queue& queue, Time at, std::string payload) {
  queue.enqueue(tx, {.kind = jobs::kPurge, .payload = std::move(payload), .run_at = at, .unique_key = "hourly"});
}

struct Purge {
  const char* name;
  /// Removes at most `limit` and says how many; 0 also from those that end by themselves.
  std::size_t (*run)(db::Tx& tx, int limit);
};

std::size_t purge_sign_ins(db::Tx& tx, int /*limit*/) {
  store::purge_expired_logins(tx);
  store::purge_password_resets(tx, tx.now() - kPasswordResets);
  store::purge_pending_sign_ins(tx);
  return 0;
}

std::size_t purge_keys(db::Tx& tx, int /*limit*/) {
  store::purge_departed_keys(tx);
  store::purge_replaced_keys(tx, tx.now() - kReplacedKeys);
  return 0;
}

std::size_t count_week(db::Tx& tx, int /*limit*/) {
  store::count_weekly_activity(tx);
  return 0;
}

// Those without a limit are small, or grow no faster than within their hour.
constexpr Purge kPurges[] = {
    {"sign-ins", &purge_sign_ins},
    {"keys", &purge_keys},
    {"weeks", &count_week},
    {"idempotency keys",
     [](db::Tx& tx, int) { return store::purge_idempotency_keys(tx, tx.now() - kIdempotencyKeys); }},
    {"applications",
     [](db::Tx& tx, int) { return store::purge_unused_applications(tx, tx.now() - kUnusedApplications); }},
    {"activities",
     [](db::Tx& tx, int n) { return store::purge_inbound_activities(tx, tx.now() - kInboundActivities, n); }},
    {"refused requests", [](db::Tx& tx, int) { return store::purge_refusals(tx, tx.now() - kInboundActivities); }},
    {"tombstones", [](db::Tx& tx, int n) { return store::purge_tombstones(tx, n); }},
    {"early tombstones", [](db::Tx& tx, int n) { return store::purge_early_tombstones(tx, kEarlyTombstones, n); }},
    {"mutes", [](db::Tx& tx, int) { return store::purge_expired_mutes(tx); }},
    {"statuses", [](db::Tx& tx, int n) { return store::purge_deleted_statuses(tx, tx.now() - kDeletedStatuses, n); }},
    {"cards", [](db::Tx& tx, int n) { return store::purge_preview_cards(tx, tx.now() - kUnusedCards, n); }},
    {"translations", [](db::Tx& tx, int) { return store::purge_translations(tx, tx.now() - kTranslations); }},
    {"media", [](db::Tx& tx, int n) { return store::purge_unattached_media(tx, tx.now() - kUnattachedMedia, n); }},
    {"events", [](db::Tx& tx, int) { return store::purge_events(tx, tx.now() - kEvents); }},
    {"deliveries", [](db::Tx& tx, int n) { return jobs::purge_deliveries(tx, tx.now() - kGivenUpWork, n); }},
    {"sent activities",
     [](db::Tx& tx, int n) { return jobs::purge_outbound_activities(tx, tx.now() - kGivenUpWork, n); }},
    {"backfills", [](db::Tx& tx, int) { return store::purge_backfills(tx, tx.now() - kBackfills); }},
    {"jobs", [](db::Tx& tx, int) { return jobs::purge_given_up_jobs(tx, tx.now() - kGivenUpWork); }},
};

/// The others are not held up by one that fails each time.
template <class F>
void apart(const char* name, F run) {
  try {
    run();
  } catch (const db::Unavailable&) {
    throw;
  } catch (const std::exception& e) {
    log::warn("purge failed", {log::kv("of", name), log::kv("error", e.what())});
  }
}

/// A transaction for each batch, so that none runs into the limit of time, and what is done stays done. false: there
/// may be more of it.
bool run_one(db::Session& session, const Purge& purge, const PurgeLimits& limits, Steady::time_point deadline,
             std::size_t& total) {
  for (int round = 0; round < limits.batches; ++round) {
    if (limits.stop.stop_requested() || (round > 0 && Steady::now() >= deadline)) return false;
    const auto count =
        session.write([&](db::Tx& tx) -> Result<std::size_t> { return purge.run(tx, limits.batch); }).value();
    total += count;
    if (count < static_cast<std::size_t>(limits.batch)) return true;
  }
  return false;
}

/// Looks at the next sets of receivers, page by page: where to go on, "" = at the beginning.
std::string purge_sets(db::Session& session, std::string_view after, const PurgeLimits& limits,
                       Steady::time_point deadline, std::size_t& total) {
  auto next = store::ReceiverSetId::parse(after).value_or(store::ReceiverSetId{});
  for (int round = 0; round < kPagesOfReceivers; ++round) {
    if (limits.stop.stop_requested() || (round > 0 && Steady::now() >= deadline)) break;
    const auto looked = session.write([&](db::Tx& tx) -> Result<store::ReceiverSetPurge> {
      return store::purge_receiver_sets(tx, tx.now() - kUnusedReceivers, next, limits.batch);
    });
    total += looked.value().gone;
    if (!looked->next) return {};
    next = *looked->next;
  }
  return next.str();
}

}  // namespace

Result<void> run_purge(db::Session& session, const jobs::Queue& queue, std::string_view payload,
                       const PurgeLimits& limits) {
  std::string purged;
  bool left = false;
  const auto deadline = Steady::now() + limits.time;
  for (const Purge& purge : kPurges) {
    std::size_t total = 0;
    apart(purge.name, [&] { left = !run_one(session, purge, limits, deadline, total) || left; });
    if (total > 0) purged += fmt::format("{}{} {}", purged.empty() ? "" : ", ", total, purge.name);
  }
  std::size_t sets = 0;
  std::string next;  // from the beginning again, should the place where it was be the trouble
  apart("receiver sets", [&] { next = purge_sets(session, payload, limits, deadline, sets); });
  log::info("purged", {log::kv("rows", purged), log::kv("receiver_sets", sets)});
  return session.write([&](db::Tx& tx) -> Result<void> {
    queue.enqueue(tx, {.kind = service::kDropFiles, .payload = {}, .unique_key = "all"});
    enqueue_hourly(tx, queue, tx.now() + (left ? kSoon : std::chrono::minutes(kEvery)), std::move(next));
    return {};
  });
}

Result<void> run_drop_files(db::Session& session, service::RemoteMediaService& media, const jobs::Queue& queue,
                            std::string_view after) {
  const auto next = TRY(media.drop_unused(session, after));
  if (next.empty()) return {};
  return session.write([&](db::Tx& tx) -> Result<void> {
    queue.enqueue(tx, {.kind = service::kDropFiles, .payload = next, .unique_key = next});
    return {};
  });
}

void enqueue_purge(db::Tx& tx, const jobs::Queue& queue, Time at) {
  enqueue_hourly(tx, queue, at, {});
}

}  // namespace dunlin::daemon
