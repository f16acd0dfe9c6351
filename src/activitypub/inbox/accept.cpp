#include "inbox/handlers.hpp"

#include "dunlin/activitypub/backfill.hpp"
#include "dunlin/service/federation.hpp"
#include "dunlin/store/relationships.hpp"

namespace dunlin::activitypub {

namespace {

/// An Accept of what we have taken back meanwhile: the peer believes to be followed, so it is told again.
bool withdraw_again(InboxContext& context, const Object& object) {
  const auto at = object.id.find("#follows/");
  const auto who = at == std::string::npos ? std::nullopt : find_local_actor(context, object.id.substr(0, at));
  const auto id = who ? FollowId::parse(std::string_view(object.id).substr(at + 9)) : std::nullopt;
  if (!id || store::find_follow(context.tx, who->id, context.actor.id)) return false;
  model::Follow past;
  past.id = *id;
  past.account_id = who->id;
  past.target_account_id = context.actor.id;
  past.uri = object.id;
  context.env.federation.unfollowed(context.tx, past, context.actor);
  return true;
}

}  // namespace

/// The account that one of ours asked to follow agrees. Never makes a follow that was not asked for (CVE-2025-30741).
Result<Outcome> on_accept(InboxContext& context, const Activity& accept) {
  if (accept.objects.empty()) return Outcome::ignored(Reason::incomplete, "no object");
  const Object& object = accept.objects.front();
  if (auto outcome = relay_answered(context, object, model::RelayState::accepted)) return std::move(*outcome);
  if (auto outcome = quote_answered(context, accept, true)) return std::move(*outcome);
  const auto ours = find_our_follow(context, object);
  if (!ours) {
    return withdraw_again(context, object) ? Outcome::duplicate(Reason::taken_back, "withdrawn meanwhile")
                                           : Outcome::ignored(Reason::not_asked, "nothing of the kind was asked");
  }
  if (!ours->pending) return Outcome::duplicate(Reason::known, "accepted before");
  context.services.follows.receive_accept(context.tx, ours->follow);
  begin_profile(context.env, context.tx, context.actor);
  return Outcome::accepted();
}

}  // namespace dunlin::activitypub
