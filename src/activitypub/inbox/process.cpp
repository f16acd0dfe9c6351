#include "inbox/handlers.hpp"

#include "dunlin/activitypub/parse.hpp"
#include "dunlin/base/log.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/store/accounts.hpp"

#include <chrono>
#include <utility>

namespace dunlin::activitypub {

namespace {

constexpr std::chrono::hours kRefreshAfter{24 * 7};

Result<Outcome> handle(InboxContext& context, const Activity& activity) {
  switch (activity.type) {
    case ActivityType::accept:
      return on_accept(context, activity);
    case ActivityType::announce:
      return on_announce(context, activity);
    case ActivityType::create:
      return on_create(context, activity);
    case ActivityType::delete_:
      return on_delete(context, activity);
    case ActivityType::follow:
      return on_follow(context, activity);
    case ActivityType::like:
      return on_like(context, activity);
    case ActivityType::reject:
      return on_reject(context, activity);
    case ActivityType::undo:
      return on_undo(context, activity);
    case ActivityType::update:
      return on_update(context, activity);
    case ActivityType::other:
      break;
  }
  return Outcome::ignored("nothing is done with " + activity.type_name);
}

Result<Outcome> judge(service::Environment& env, service::Services& services, db::Tx& tx,
                      service::RemoteDocuments& documents, const store::InboundActivity& received) {
  const auto activity = parse_activity(received.body);
  if (!activity) return Outcome::rejected(activity.error().message);
  auto signer = store::find_account(tx, received.signer_id);
  if (!signer) return Outcome::ignored("the signer is gone");
  Resolver resolver(env, services.statuses, tx, documents);
  const bool deletes_itself = activity->type == ActivityType::delete_ && activity->object_id() == signer->uri;
  if (!deletes_itself && !signer->suspended_at) signer = TRY(resolver.refresh_if_older(*signer, kRefreshAfter));

  InboxContext context{.env = env, .services = services, .tx = tx, .resolver = resolver, .actor = std::move(*signer)};
  if (!activity->id.empty() && !same_origin(activity->id, activity->actor)) {
    return Outcome::rejected("the id is on another host than the actor");  // A1
  }
  if (context.actor.suspended_at && !is_open_to_suspended(*activity)) {
    return Outcome::rejected("the actor is suspended");  // A10
  }
  if (activity->actor != context.actor.uri) return on_forwarded(context, *activity);  // A2
  return handle(context, *activity);
}

}  // namespace

bool is_open_to_suspended(const Activity& activity) {
  return activity.type == ActivityType::delete_ || activity.type == ActivityType::undo ||
         activity.type == ActivityType::reject;
}

const char* to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::accepted:
      return "accepted";
    case Verdict::duplicate:
      return "duplicate";
    case Verdict::ignored:
      return "ignored";
    case Verdict::rejected:
      return "rejected";
  }
  return "?";
}

Result<Outcome> process_activity(service::Environment& env, service::Services& services, db::Tx& tx,
                                 service::RemoteDocuments& documents, const store::InboundActivity& received) {
  auto outcome = judge(env, services, tx, documents, received);
  if (!outcome) {
    const Error& error = outcome.error();
    if (error.code == Errc::need_remote || error.code == Errc::remote_failed) return outcome;
    // For good: missing, refused by its origin, or not what it claims to be.
    outcome = Outcome::rejected(error.detail.empty() ? error.message : error.detail);
  }
  store::record_verdict(tx, received.id, static_cast<int>(outcome->verdict), outcome->reason);
  log::info("activity processed",
            {log::kv("type", received.type), log::kv("host", received.host),
             log::kv("verdict", to_string(outcome->verdict)), log::kv("reason", outcome->reason)});
  return outcome;
}

}  // namespace dunlin::activitypub
