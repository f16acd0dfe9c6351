#include "inbox/handlers.hpp"

#include "dunlin/service/events.hpp"
#include "dunlin/store/activities.hpp"
#include "dunlin/store/relationships.hpp"

namespace dunlin::activitypub {

/// A remote account blocks a local one: both follows end, and nothing of the one is sent to the other any more. The
/// blocked one is not told.
Result<Outcome> on_block(InboxContext& context, const Activity& block) {
  db::Tx& tx = context.tx;
  // Lemmy's: a user is banned from a community.
  if (!block.target.empty()) return Outcome::ignored(Reason::unsupported, "a block in a group");
  const auto target = find_local_actor(context, block.object_id());
  if (!target) return Outcome::ignored(Reason::unknown, "the object is no account of ours");
  if (!block.id.empty() && store::is_tombstoned(tx, block.id, context.actor.uri))
    return Outcome::ignored(Reason::taken_back, "undone before it came");
  context.services.follows.receive_unfollow(tx, context.actor, *target);
  context.services.follows.receive_reject(tx, target->id, context.actor.id);
  const auto uri = block.id.empty() ? std::nullopt : std::optional(block.id);
  if (!store::insert_block(tx, context.actor.id, target->id, context.env.ids.next<AccountId>().value, uri)) {
    return Outcome::duplicate(Reason::known, "blocked before");
  }
  context.env.events.tell(tx, service::events::BlockChanged{context.actor.id, target->id});
  return Outcome::accepted();
}

}  // namespace dunlin::activitypub
