#include "inbox/handlers.hpp"

#include "dunlin/store/relationships.hpp"
#include "dunlin/store/statuses.hpp"

namespace dunlin::activitypub {

/// A Group passes on what happened in it (FEP-1b12: Lemmy, PieFed, Mbin, NodeBB, ...). The inner activity is a hint:
/// what it speaks of counts as its own origin shows it.
Result<Outcome> on_group_announce(InboxContext& context, const Activity& announce) {
  const Activity& inner = *announce.objects.front().activity;
  if (context.actor.actor_type != model::ActorType::group) {
    return Outcome::ignored(Reason::unsupported, "nothing is done with an announced " + announce.objects.front().type);
  }
  if (!store::has_local_follower(context.tx, context.actor.id)) {
    return Outcome::ignored(Reason::nobody_concerned, "nobody here follows the actor");
  }
  const std::string& id = inner.object_id();
  switch (inner.type) {
    case ActivityType::create: {
      const auto target = TRY(context.resolver.status(id));
      return reblog_as(context, announce, target);
    }
    case ActivityType::update: {
      if (!find_known_status(context, id)) return Outcome::ignored(Reason::unknown, "the status is not here");
      InboxContext by_author = context;
      return on_forwarded(by_author, inner);
    }
    case ActivityType::delete_: {
      const auto known = find_known_status(context, id);
      if (!known || known->local) return Outcome::ignored(Reason::unknown, "the status is not here");
      const auto at_origin = context.resolver.fetch(id);
      if (!at_origin && at_origin.error().code == Errc::need_remote) return std::unexpected(at_origin.error());
      const bool is_gone = at_origin
                               ? at_origin->type == "Tombstone"
                               : at_origin.error().code == Errc::gone || at_origin.error().code == Errc::not_found;
      if (is_gone) {
        context.services.statuses.receive_delete(context.tx, *known);
      } else {
        // Removed from the group only.
        context.services.statuses.receive_unreblog(context.tx, context.actor, *known);
      }
      return Outcome::accepted();
    }
    case ActivityType::like: {
      // Groups pass on every vote: only those on posts of ours are worth asking the voter's server.
      const auto target = find_known_status(context, id);
      if (!target || !target->local) return Outcome::ignored(Reason::nobody_concerned, "the status is not ours");
      return liked_at_origin(context, inner);
    }
    default:
      return Outcome::ignored(Reason::unsupported, "nothing is done with a group's " + inner.type_name);
  }
}

}  // namespace dunlin::activitypub
