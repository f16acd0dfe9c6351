#include "inbox/handlers.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/service/reactions.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/reactions.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/statuses.hpp"

#include <chrono>

namespace dunlin::activitypub {

namespace {

/// Groups pass on every vote: only those on posts of ours are worth asking the voter's server.
Result<Outcome> voted_in_group(InboxContext& context, const Activity& vote) {
  const auto target = find_known_status(context, vote.object_id());
  if (!target || !target->local) return Outcome::ignored(Reason::nobody_concerned, "the status is not ours");
  return liked_at_origin(context, vote);
}

/// A vote is taken back when its voter's server does not show it any more.
Result<Outcome> vote_undone_in_group(InboxContext& context, const Activity& vote) {
  db::Tx& tx = context.tx;
  const auto voter = store::find_account_by_uri(tx, vote.actor);
  if (!voter || voter->is_local()) return Outcome::ignored(Reason::unknown, "the voter is not here");
  const auto favourite = store::find_favourite_by_uri(tx, vote.id, voter->id);
  const auto reaction = favourite ? std::nullopt : store::find_reaction_by_uri(tx, vote.id, voter->id);
  if (!favourite && !reaction) return Outcome::ignored(Reason::unknown, "nothing of the kind is here");
  const auto target = store::find_status(tx, favourite ? favourite->status_id : reaction->status_id);
  if (!target) return Outcome::ignored(Reason::unknown, "nothing of the kind is here");
  if (asked_too_often(context, vote.id, few_an_hour(vote.id))) return asked_too_much();
  const auto at_origin = context.resolver.fetch(vote.id);
  if (at_origin && at_origin->type != "Tombstone")
    return Outcome::rejected(Reason::not_confirmed, "it is still at its origin");
  if (!at_origin && at_origin.error().code != Errc::gone && at_origin.error().code != Errc::not_found)
    return std::unexpected(at_origin.error());
  if (favourite) {
    context.services.statuses.receive_unfavourite(tx, *voter, *target);
  } else {
    context.services.reactions.receive_undo(tx, *reaction, *target);
  }
  return Outcome::accepted();
}

/// What was removed is back in the group, or a vote is taken back.
Result<Outcome> undone_in_group(InboxContext& context, const Activity& announce, const Activity& undo) {
  const auto& undone = undo.objects.empty() ? std::nullopt : undo.objects.front().activity;
  if (undone && undone->type == ActivityType::delete_)
    return reblog_as(context, announce, TRY(context.resolver.status(undone->object_id())), false);
  if (undone && (undone->type == ActivityType::like || undone->type == ActivityType::emoji_react))
    return vote_undone_in_group(context, *undone);
  return Outcome::ignored(Reason::unsupported, "nothing is done with such an Undo of a group's");
}

}  // namespace

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
      return reblog_as(context, announce, target, false);
    }
    case ActivityType::update: {
      if (!find_known_status(context, id)) return Outcome::ignored(Reason::unknown, "the status is not here");
      InboxContext by_author = context;
      return on_forwarded(by_author, inner);
    }
    case ActivityType::delete_:
      return deleted_in_group(context, id);
    case ActivityType::like:
    case ActivityType::emoji_react:
      return voted_in_group(context, inner);
    case ActivityType::undo:
      return undone_in_group(context, announce, inner);
    default:
      return Outcome::ignored(Reason::unsupported, "nothing is done with a group's " + inner.type_name);
  }
}

}  // namespace dunlin::activitypub
