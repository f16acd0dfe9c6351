#include "inbox/handlers.hpp"

#include "dunlin/activitypub/lost_actors.hpp"
#include "dunlin/base/log.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/store/activities.hpp"
#include "dunlin/store/statuses.hpp"

#include <chrono>

namespace dunlin::activitypub {

namespace {

// However late its Create may come, or be passed on (federation.md 3.5).
constexpr std::chrono::hours kDeletedEarly{365 * 24};

Result<Outcome> delete_actor(InboxContext& context) {
  remove_remote_account(context.env, context.tx, context.actor);
  log::info("remote account deleted by itself", {log::kv("actor", context.actor.uri)});
  return Outcome::accepted();
}

}  // namespace

/// A remote account deletes a status of its own, or itself.
Result<Outcome> on_delete(InboxContext& context, const Activity& deletion) {
  const std::string& id = deletion.object_id();
  if (id.empty()) return Outcome::ignored(Reason::incomplete, "no object");
  if (id == context.actor.uri) return delete_actor(context);
  const auto status = store::find_status_of(context.tx, id, context.actor.id);
  if (!status) {
    const bool is_anothers = store::find_status_by_uri(context.tx, id).has_value();
    if (auto outcome = authorization_deleted(context, id)) return std::move(*outcome);
    if (!same_origin(id, context.actor.uri))
      return Outcome::rejected(Reason::other_origin, "the object is on another host than the actor");
    bury(context, id, kDeletedEarly);
    if (is_anothers) return Outcome::rejected(Reason::not_theirs, "the status is another actor's");
    return Outcome::ignored(Reason::unknown, "the status is not here");
  }
  if (status->reblog_of_id) {
    if (const auto original = store::find_status(context.tx, *status->reblog_of_id)) {
      context.services.statuses.receive_unreblog(context.tx, context.actor, *original);
    }
    return Outcome::accepted();
  }
  store::insert_tombstone(context.tx, id, std::nullopt, context.actor.uri);
  context.services.statuses.receive_delete(context.tx, *status);
  return Outcome::accepted();
}

}  // namespace dunlin::activitypub
