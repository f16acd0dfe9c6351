#include "inbox/handlers.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/activitypub/moves.hpp"

#include <algorithm>
#include <chrono>
#include <string>

namespace dunlin::activitypub {

/// A remote account has moved. Both ends must say so in documents that are read now, from their own origins.
Result<Outcome> on_move(InboxContext& context, const Activity& move) {
  if (move.object_id() != context.actor.uri)
    return Outcome::rejected(Reason::not_theirs, "the object is another actor");
  if (move.target.empty() || move.target == context.actor.uri) return Outcome::ignored(Reason::incomplete, "no target");
  const auto again = [] { return Outcome::duplicate(Reason::flood, "it moved less than a week ago"); };
  if (has_moved_lately(context.tx, context.actor)) return again();
  // Moves that are not true are no way to make us ask others, either.
  const Limit moves{.key = "move " + context.actor.uri, .most = 5, .window = std::chrono::hours{1}};
  if (count_once(context, FederationService::of(context.env).origin_checks(), std::span(&moves, 1)))
    return Outcome::ignored(Reason::flood, "too many moves within the hour");
  const auto known = TRY(context.resolver.actor(move.target));
  const auto target = known.is_local() ? known : TRY(context.resolver.refresh(known));
  if (std::ranges::find(target.also_known_as, context.actor.uri) == target.also_known_as.end()) {
    return Outcome::rejected(Reason::not_confirmed, "the target does not name the actor as an alias");
  }
  const auto actor = TRY(context.resolver.refresh(context.actor));
  if (actor.moved_to_id != target.id)
    return Outcome::rejected(Reason::not_confirmed, "the actor's document does not say that it moved there");
  if (!receive_move(context.env, context.tx, actor, target)) return again();
  return Outcome::accepted();
}

}  // namespace dunlin::activitypub
