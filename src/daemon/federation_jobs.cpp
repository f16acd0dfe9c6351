#include "federation_jobs.hpp"

#include "dunlin/activitypub/backfill.hpp"
#include "dunlin/activitypub/followers_sync.hpp"
#include "dunlin/activitypub/jobs.hpp"
#include "dunlin/activitypub/lost_actors.hpp"
#include "dunlin/activitypub/moves.hpp"
#include "dunlin/activitypub/relays.hpp"

#include <string_view>

namespace dunlin::daemon {

namespace {

using Documents = service::RemoteDocuments;
/// What needs documents of others.
using Asking = Result<void> (*)(service::Environment&, service::Services&, db::Tx&, Documents&, std::string_view);
using Telling = Result<void> (*)(service::Environment&, db::Tx&, std::string_view);

}  // namespace

void register_federation_jobs(JobQueue& queue, service::Environment& env, service::Services& services) {
  const auto asking = [&](const jobs::Kind& kind, Asking run) {
    queue.on(kind.name, [&env, &services, run](db::Tx& tx, Documents& documents, const jobs::Job& job) {
      return run(env, services, tx, documents, job.payload);
    });
  };
  const auto telling = [&](const jobs::Kind& kind, Telling run) {
    queue.on(kind.name,
             [&env, run](db::Tx& tx, Documents&, const jobs::Job& job) { return run(env, tx, job.payload); });
  };
  asking(jobs::kProcessActivity, activitypub::run_process_activity);
  asking(activitypub::kCheckDeletion, activitypub::run_check_deletion);
  asking(activitypub::kMoveAccount, activitypub::run_move_account);
  asking(activitypub::kRecheckQuote, activitypub::run_recheck_quote);
  asking(activitypub::kBackfill, activitypub::run_backfill);
  asking(activitypub::kSynchronizeFollowers, activitypub::run_synchronize_followers);
  asking(activitypub::kCheckActor, activitypub::run_check_actor);
  asking(activitypub::kAskRelay, activitypub::run_ask_relay);
  telling(activitypub::kDistribute, activitypub::run_distribute);
  telling(activitypub::kBeginProfile, activitypub::run_begin_profile);
  queue.on(activitypub::kMoveFollowers.name, [&env, &services](db::Tx& tx, Documents&, const jobs::Job& job) {
    return activitypub::run_move_followers(env, services, tx, job.payload);
  });
}

}  // namespace dunlin::daemon
