#include "inbox/handlers.hpp"

#include "dunlin/activitypub/moves.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/statuses.hpp"

#include <chrono>
#include <utility>

namespace dunlin::activitypub {

namespace {

/// The origin's own word on a Create or Update: what it serves under the object's id, by the actor that was named.
Result<Outcome> as_its_origin_shows(InboxContext& context, const Activity& activity) {
  const std::string& id = activity.object_id();
  if (id.empty() || !same_origin(id, activity.actor) || service::uris::is_own_url(context.env.config, id)) {
    return Outcome::ignored(Reason::unproven, "forwarded, with nothing to check it by");
  }
  if (id == activity.actor) {  // an edited profile
    const auto known = store::find_account_by_uri(context.tx, id);
    if (!known) return Outcome::ignored(Reason::unknown, "the actor is not here");
    if (asked_too_often(context, id, few_an_hour("told of update " + id))) return asked_too_much();
    TRY_VOID(refresh_in_turn(context, *known));
    return Outcome::accepted();
  }
  if (const auto& copy = activity.objects.front().note; copy && !store::find_status_by_uri(context.tx, id)) {
    // The copy is no evidence, but good enough to tell whether a fetch is worth it.
    const auto author = store::find_account_by_uri(context.tx, activity.actor);
    if (!is_relevant(context, author.value_or(model::Account{}), *copy))
      return Outcome::ignored(Reason::nobody_concerned, "concerns nobody here");
  }
  if (asked_too_often(context, id, few_an_hour("told of " + id))) return asked_too_much();
  auto object = TRY(context.resolver.fetch(id));
  if (!object.note || object.note->attributed_to != activity.actor || !same_origin(object.id, activity.actor)) {
    return Outcome::rejected(Reason::not_confirmed, "its origin does not confirm it");
  }
  context.actor = TRY(context.resolver.actor_itself(activity.actor));
  if (context.actor.suspended_at) return Outcome::rejected(Reason::suspended, "the actor is suspended");
  Activity confirmed;
  confirmed.type = activity.type;
  confirmed.actor = activity.actor;
  confirmed.objects.push_back(std::move(object));
  return activity.type == ActivityType::create ? on_create(context, confirmed) : on_update(context, confirmed);
}

Result<Outcome> announced_at_origin(InboxContext& context, const Activity& announce) {
  if (announce.id.empty() || announce.id.contains('#') || !same_origin(announce.id, announce.actor))
    return Outcome::ignored(Reason::unproven, "forwarded, with nothing to check it by");
  const auto known = store::find_account_by_uri(context.tx, announce.actor);
  const bool is_ours = service::uris::is_own_url(context.env.config, announce.object_id());
  if (!is_ours && (!known || !store::has_local_follower(context.tx, known->id)))
    return Outcome::ignored(Reason::nobody_concerned, "nobody here follows the actor");
  if (asked_too_often(context, announce.id, few_an_hour(announce.id))) return asked_too_much();
  const auto object = TRY(context.resolver.fetch(announce.id));
  if (!object.activity || object.id != announce.id || object.activity->type != ActivityType::announce ||
      object.activity->actor != announce.actor) {
    return Outcome::rejected(Reason::not_confirmed, "its origin does not confirm it");
  }
  context.actor = TRY(context.resolver.actor_itself(announce.actor));
  if (context.actor.suspended_at) return Outcome::rejected(Reason::suspended, "the actor is suspended");
  return on_announce(context, *object.activity);
}

/// Its actor's own server has to show it, before on_move() asks the other end.
Result<Outcome> moved_at_origin(InboxContext& context, const Activity& move) {
  auto actor = store::find_account_by_uri(context.tx, move.actor);
  if (!actor || actor->is_local()) return Outcome::ignored(Reason::unknown, "the actor is not here");
  if (actor->suspended_at) return Outcome::rejected(Reason::suspended, "the actor is suspended");
  if (has_moved_lately(context.tx, *actor)) return Outcome::duplicate(Reason::flood, "it moved less than a week ago");
  // Counted apart, so that nobody's tales are in the way of the actor's own word.
  if (asked_too_often(context, actor->uri, few_an_hour("told of move " + actor->uri))) return asked_too_much();
  const auto document = TRY(context.resolver.fetch(actor->uri));
  if (!document.actor || document.id != actor->uri || move.target.empty() || document.actor->moved_to != move.target)
    return Outcome::rejected(Reason::not_confirmed, "the actor's document does not say that it moved there");
  context.actor = std::move(*actor);
  return on_move(context, move);
}

}  // namespace

Result<Outcome> liked_at_origin(InboxContext& context, const Activity& like) {
  if (like.id.empty() || like.id.contains('#') || !same_origin(like.id, like.actor)) {
    return Outcome::ignored(Reason::unproven, "a vote with nothing to check it by");
  }
  if (service::uris::is_own_url(context.env.config, like.actor))
    return Outcome::rejected(Reason::not_theirs, "in the name of one of ours");
  if (asked_too_often(context, like.id, few_an_hour(like.id))) return asked_too_much();
  const auto object = TRY(context.resolver.fetch(like.id));
  if (!object.activity || object.id != like.id || object.activity->type != like.type ||
      object.activity->actor != like.actor || object.activity->object_id() != like.object_id()) {
    return Outcome::rejected(Reason::not_confirmed, "its origin does not confirm it");
  }
  context.actor = TRY(context.resolver.actor_itself(like.actor));
  if (context.actor.suspended_at) return Outcome::rejected(Reason::suspended, "the actor is suspended");
  return like.type == ActivityType::like ? on_like(context, *object.activity)
                                         : on_emoji_react(context, *object.activity);
}

Result<Outcome> on_forwarded(InboxContext& context, const Activity& activity) {
  if (service::uris::is_own_url(context.env.config, activity.actor))
    return Outcome::rejected(Reason::not_theirs, "in the name of one of ours");
  switch (activity.type) {
    case ActivityType::create:
    case ActivityType::update:
      return as_its_origin_shows(context, activity);
    case ActivityType::delete_:
      return deleted_at_origin(context, activity);
    case ActivityType::announce:
      return announced_at_origin(context, activity);
    case ActivityType::move:
      return moved_at_origin(context, activity);
    default:
      return Outcome::ignored(Reason::unproven, "signed by another than its actor");
  }
}

}  // namespace dunlin::activitypub
