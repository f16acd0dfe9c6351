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

#include <string>
#include <utility>

namespace dunlin::daemon {

namespace {

using std::chrono::hours;

constexpr hours kEvery{1};
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
constexpr int kStatusesAtOnce = 1000;
constexpr hours kUnusedCards{30 * 24};
constexpr std::int64_t kEarlyTombstones = 1'000'000;  // some 200 MB
constexpr int kCardsAtOnce = 1000;
constexpr hours kTranslations{7 * 24};
constexpr hours kUnusedReceivers{24};        // not those that a job is about to refer to
constexpr int kReceiverSetsAtOnce = 10'000;  // looked at

void enqueue_hourly(db::Tx& tx, const jobs::Queue& queue, Time at, std::string payload) {
  queue.enqueue(tx, {.kind = jobs::kPurge, .payload = std::move(payload), .run_at = at, .unique_key = "hourly"});
}

}  // namespace

Result<void> run_purge(db::Tx& tx, const jobs::Queue& queue, std::string_view payload) {
  const Time now = tx.now();
  store::purge_expired_logins(tx);
  store::purge_departed_keys(tx);
  store::purge_replaced_keys(tx, now - kReplacedKeys);
  store::count_weekly_activity(tx);
  store::purge_password_resets(tx, now - kPasswordResets);
  store::purge_pending_sign_ins(tx);
  const auto keys = store::purge_idempotency_keys(tx, now - kIdempotencyKeys);
  const auto applications = store::purge_unused_applications(tx, now - kUnusedApplications);
  const auto activities = store::purge_inbound_activities(tx, now - kInboundActivities);
  store::purge_refusals(tx, now - kInboundActivities);
  const auto tombstones = store::purge_tombstones(tx, kEarlyTombstones);
  const auto mutes = store::purge_expired_mutes(tx);
  const auto statuses = store::purge_deleted_statuses(tx, now - kDeletedStatuses, kStatusesAtOnce);
  const auto cards = store::purge_preview_cards(tx, now - kUnusedCards, kCardsAtOnce);
  const auto translations = store::purge_translations(tx, now - kTranslations);
  const auto media = store::purge_unattached_media(tx, now - kUnattachedMedia, kStatusesAtOnce);
  store::purge_events(tx, now - kEvents);
  const auto deliveries = jobs::purge_deliveries(tx, now - kGivenUpWork);
  const auto sets = store::purge_receiver_sets(tx, now - kUnusedReceivers,
                                               store::ReceiverSetId::parse(payload).value_or(store::ReceiverSetId{}),
                                               kReceiverSetsAtOnce);
  const auto backfills = store::purge_backfills(tx, now - kBackfills);
  const auto jobs_gone = jobs::purge_given_up_jobs(tx, now - kGivenUpWork);
  log::info("purged",
            {log::kv("idempotency_keys", keys), log::kv("applications", applications),
             log::kv("activities", activities), log::kv("tombstones", tombstones), log::kv("statuses", statuses),
             log::kv("mutes", mutes), log::kv("media", media), log::kv("cards", cards),
             log::kv("translations", translations), log::kv("deliveries", deliveries),
             log::kv("receiver_sets", sets.gone), log::kv("backfills", backfills), log::kv("jobs", jobs_gone)});
  queue.enqueue(tx, {.kind = service::kDropFiles, .payload = {}, .unique_key = "all"});
  enqueue_hourly(tx, queue, now + kEvery, sets.next ? sets.next->str() : "");
  return {};
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
