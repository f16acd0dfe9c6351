#include "maintenance.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/jobs/deliveries.hpp"
#include "dunlin/store/activities.hpp"
#include "dunlin/store/oauth.hpp"
#include "dunlin/store/statuses.hpp"

namespace dunlin::daemon {

namespace {

using std::chrono::hours;

constexpr hours kEvery{1};
constexpr hours kIdempotencyKeys{1};
constexpr hours kUnusedApplications{24};
constexpr hours kInboundActivities{7 * 24};  // until then somebody may ask what became of one
constexpr hours kDeletedStatuses{30 * 24};   // their Deletes are retried that long
constexpr hours kGivenUpWork{30 * 24};
constexpr int kStatusesAtOnce = 1000;

}  // namespace

Result<void> run_purge(db::Tx& tx, const jobs::Queue& queue) {
  const Time now = tx.now();
  store::purge_expired_logins(tx);
  const auto keys = store::purge_idempotency_keys(tx, now - kIdempotencyKeys);
  const auto applications = store::purge_unused_applications(tx, now - kUnusedApplications);
  const auto activities = store::purge_inbound_activities(tx, now - kInboundActivities);
  const auto tombstones = store::purge_tombstones(tx);
  const auto statuses = store::purge_deleted_statuses(tx, now - kDeletedStatuses, kStatusesAtOnce);
  const auto deliveries = jobs::purge_deliveries(tx, now - kGivenUpWork);
  const auto jobs_gone = jobs::purge_given_up_jobs(tx, now - kGivenUpWork);
  log::info("purged", {log::kv("idempotency_keys", keys), log::kv("applications", applications),
                       log::kv("activities", activities), log::kv("tombstones", tombstones),
                       log::kv("statuses", statuses), log::kv("deliveries", deliveries), log::kv("jobs", jobs_gone)});
  enqueue_purge(tx, queue, now + kEvery);
  return {};
}

void enqueue_purge(db::Tx& tx, const jobs::Queue& queue, Time at) {
  queue.enqueue(tx, {.kind = jobs::kPurge, .payload = {}, .run_at = at, .unique_key = "hourly"});
}

}  // namespace dunlin::daemon
