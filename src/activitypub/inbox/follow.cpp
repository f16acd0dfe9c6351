#include "inbox/handlers.hpp"

#include "dunlin/activitypub/relays.hpp"
#include "dunlin/activitypub/vocabulary.hpp"
#include "dunlin/service/federation.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/activities.hpp"
#include "dunlin/store/relationships.hpp"

namespace dunlin::activitypub {

namespace {

/// The id belongs to another follow of the actor's.
bool is_taken(InboxContext& context, const std::string& uri, AccountId target) {
  const auto differs = [&](const std::optional<model::Follow>& follow) {
    return follow && follow->account_id == context.actor.id && follow->target_account_id != target;
  };
  return differs(store::find_follow_by_uri(context.tx, uri, context.actor.id)) ||
         differs(store::find_follow_request_by_uri(context.tx, uri, context.actor.id));
}

}  // namespace

/// A remote account asks to follow a local one. The answer, Accept or Reject, goes out with this transaction; a Follow
/// that comes again gets it again, as the peer may have lost it.
Result<Outcome> on_follow(InboxContext& context, const Activity& follow) {
  if (follow.object_id() == kPublic)
    return Outcome::ignored(Reason::not_asked, "a relay's handshake that was not asked for");
  const auto target = store::find_account_by_uri(context.tx, follow.object_id());
  if (!target || !target->is_local()) return Outcome::ignored(Reason::unknown, "the object is no account of ours");
  // Very old forks send no id: one that only this pair can have.
  const std::string uri = follow.id.empty() ? context.actor.uri + "#follow-of-" + target->id.str() : follow.id;
  if (store::is_tombstoned(context.tx, uri, context.actor.uri))
    return Outcome::ignored(Reason::taken_back, "undone before it came");
  if (is_taken(context, uri, target->id))
    return Outcome::rejected(Reason::id_taken, "the id is that of another follow");
  if (target->id == model::kInstanceActorId && is_asked_relay(context.tx, context.actor)) {
    // The other half of a LitePub relay's handshake: it follows back, and is told yes.
    context.env.federation.follow_accepted(context.tx,
                                           {.id = context.env.ids.next<FollowId>(),
                                            .account_id = context.actor.id,
                                            .target_account_id = target->id,
                                            .uri = uri,
                                            .languages = std::nullopt},
                                           context.actor);
    return Outcome::accepted();
  }
  // A refusal is an effect, too: its Reject must be sent.
  const auto done = context.services.follows.receive_follow(context.tx, context.actor, *target, uri);
  if (!done) return Outcome::rejected(Reason::not_allowed, done.error().detail);
  return Outcome::accepted();
}

}  // namespace dunlin::activitypub
