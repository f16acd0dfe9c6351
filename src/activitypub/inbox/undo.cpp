#include "inbox/handlers.hpp"

#include "dunlin/base/url.hpp"
#include "dunlin/service/events.hpp"
#include "dunlin/store/account_moves.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/reactions.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/statuses.hpp"

#include <array>
#include <optional>

namespace dunlin::activitypub {

namespace {

const Outcome kNotTheirs = Outcome::rejected(Reason::not_theirs, "what is undone is another actor's");

/// By the id of the inner activity, over all that is stored: some send nothing else. What another of its host has under
/// that id is no obstacle.
std::optional<Outcome> undo_by_id(InboxContext& context, const std::string& uri) {
  db::Tx& tx = context.tx;
  const AccountId who = context.actor.id;
  auto follow = store::find_follow_by_uri(tx, uri, who);
  if (!follow) follow = store::find_follow_request_by_uri(tx, uri, who);
  if (follow) {
    const auto target = store::find_account(tx, follow->target_account_id);
    if (follow->account_id != who || !target) return kNotTheirs;
    context.services.follows.receive_unfollow(tx, context.actor, *target);
    return Outcome::accepted();
  }
  if (const auto reaction = store::find_reaction_by_uri(tx, uri, who)) {
    const auto status = store::find_status(tx, reaction->status_id);
    if (!status) return kNotTheirs;
    context.services.reactions.receive_undo(tx, *reaction, *status);
    return Outcome::accepted();
  }
  if (const auto favourite = store::find_favourite_by_uri(tx, uri, who)) {
    const auto status = store::find_status(tx, favourite->status_id);
    if (!status) return kNotTheirs;
    context.services.statuses.receive_unfavourite(tx, context.actor, *status);
    return Outcome::accepted();
  }
  if (const auto block = store::find_block_parties(tx, uri, who)) {
    store::delete_block(tx, who, block->target_account_id);
    context.env.events.tell(tx, service::events::BlockChanged{who, block->target_account_id});
    return Outcome::accepted();
  }
  if (const auto wrapper = store::find_status_of(tx, uri, who); wrapper && wrapper->reblog_of_id) {
    const auto original = store::find_status(tx, *wrapper->reblog_of_id);
    if (!original) return kNotTheirs;
    context.services.statuses.receive_unreblog(tx, context.actor, *original);
    return Outcome::accepted();
  }
  return std::nullopt;
}

std::optional<Outcome> undo_follow(InboxContext& context, const Activity& inner) {
  const auto target = find_local_actor(context, inner.object_id());
  if (!target) return std::nullopt;
  const bool there = store::find_follow(context.tx, context.actor.id, target->id) ||
                     store::find_follow_request(context.tx, context.actor.id, target->id);
  if (!there) return std::nullopt;
  context.services.follows.receive_unfollow(context.tx, context.actor, *target);
  return Outcome::accepted();
}

/// By kind, actor and object: the id may have been made anew.
std::optional<Outcome> undo_by_object(InboxContext& context, const Activity& inner) {
  db::Tx& tx = context.tx;
  if (inner.type == ActivityType::follow) return undo_follow(context, inner);
  if (inner.type == ActivityType::block) {
    const auto target = find_local_actor(context, inner.object_id());
    if (!target || !store::delete_block(tx, context.actor.id, target->id)) return std::nullopt;
    context.env.events.tell(tx, service::events::BlockChanged{context.actor.id, target->id});
    return Outcome::accepted();
  }
  if (inner.type == ActivityType::accept && !inner.objects.empty()) {  // the followee withdraws its consent
    const auto ours = find_our_follow(context, inner.objects.front());
    if (!ours) return std::nullopt;
    context.services.follows.receive_reject(tx, ours->follow.account_id, context.actor.id);
    return Outcome::accepted();
  }
  const auto status = find_known_status(context, inner.object_id());
  if (!status) return std::nullopt;
  if (inner.type == ActivityType::emoji_react || inner.type == ActivityType::like) {
    const auto meant = meant_reaction(context, inner);
    for (const model::Reaction& reaction : store::list_reactions_of(tx, context.actor.id, status->id)) {
      if (!meant || reaction.name != meant->reaction.name) continue;
      context.services.reactions.receive_undo(tx, reaction, *status);
      return Outcome::accepted();
    }
  }
  if (inner.type == ActivityType::like) {
    const std::array ids{status->id};
    const auto flags = store::list_viewer_flags(tx, context.actor.id, ids);
    const auto found = flags.find(status->id);
    if (found == flags.end() || !found->second.favourited) return std::nullopt;
    context.services.statuses.receive_unfavourite(tx, context.actor, *status);
    return Outcome::accepted();
  }
  if (inner.type == ActivityType::announce && store::find_reblog(tx, context.actor.id, status->id)) {
    context.services.statuses.receive_unreblog(tx, context.actor, *status);
    return Outcome::accepted();
  }
  return std::nullopt;
}

}  // namespace

/// Takes back a Follow, Like, Announce or Accept: as we have stored it, whatever the embedded copy says.
Result<Outcome> on_undo(InboxContext& context, const Activity& undo) {
  if (undo.objects.empty()) return Outcome::ignored(Reason::incomplete, "no object");
  const Object& object = undo.objects.front();
  if (object.activity && !object.activity->actor.empty() && object.activity->actor != context.actor.uri)
    return kNotTheirs;
  if (!object.id.empty()) {
    if (auto outcome = undo_by_id(context, object.id)) return std::move(*outcome);
  }
  if (object.activity) {
    if (auto outcome = undo_by_object(context, *object.activity)) return std::move(*outcome);
  }
  if (!object.id.empty() && same_origin(object.id, context.actor.uri)) bury(context, object.id);
  return Outcome::ignored(Reason::unknown, "nothing of the kind is here");
}

}  // namespace dunlin::activitypub
