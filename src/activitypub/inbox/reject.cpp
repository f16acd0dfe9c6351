#include "inbox/handlers.hpp"

namespace dunlin::activitypub {

/// The account that one of ours asked to follow refuses, or drops a follower it had.
Result<Outcome> on_reject(InboxContext& context, const Activity& reject) {
  if (reject.objects.empty()) return Outcome::ignored(Reason::incomplete, "no object");
  if (auto outcome = relay_answered(context, reject.objects.front(), model::RelayState::refused)) {
    return std::move(*outcome);
  }
  if (auto outcome = quote_answered(context, reject, false)) return std::move(*outcome);
  const auto ours = find_our_follow(context, reject.objects.front());
  if (!ours) return Outcome::ignored(Reason::not_asked, "nothing of the kind was asked");
  context.services.follows.receive_reject(context.tx, ours->follow.account_id, context.actor.id);
  return Outcome::accepted();
}

}  // namespace dunlin::activitypub
