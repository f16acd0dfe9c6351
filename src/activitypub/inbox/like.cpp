#include "inbox/handlers.hpp"

#include "dunlin/service/reactions.hpp"
#include "dunlin/store/activities.hpp"
#include "dunlin/store/reactions.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/statuses.hpp"

#include <utility>

namespace dunlin::activitypub {

/// A remote account favourites a status that is here.
Result<Outcome> on_like(InboxContext& context, const Activity& like) {
  db::Tx& tx = context.tx;
  if (!like.id.empty()) {
    if (store::is_tombstoned(tx, like.id, context.actor.uri))
      return Outcome::ignored(Reason::taken_back, "undone before it came");
    if (store::find_favourite_by_uri(tx, like.id, context.actor.id))
      return Outcome::duplicate(Reason::known, "favourited before");
    if (store::find_reaction_by_uri(tx, like.id, context.actor.id))
      return Outcome::duplicate(Reason::known, "reacted before");
  }
  const auto target = find_known_status(context, like.object_id());
  if (!target) return Outcome::ignored(Reason::unknown, "the status is not here");
  if (store::is_blocked(tx, context.actor.id, target->account_id)) return Outcome::rejected(Reason::blocked, "blocked");
  if (!store::find_visible_status(tx, context.actor.id, target->id))
    return Outcome::rejected(Reason::not_public, "it may not see the status");
  if (auto reaction = receive_reaction(context, like)) {
    if (context.services.reactions.receive(tx, context.actor, *target, std::move(*reaction)))
      return Outcome::accepted();
    return Outcome::ignored(Reason::not_allowed, "known already, or not allowed");
  }
  const auto uri = like.id.empty() ? std::nullopt : std::optional(like.id);
  context.services.statuses.receive_favourite(tx, context.actor, *target, uri);
  return Outcome::accepted();
}

}  // namespace dunlin::activitypub
