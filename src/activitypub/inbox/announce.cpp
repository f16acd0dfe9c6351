#include "inbox/handlers.hpp"

#include "dunlin/activitypub/relays.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/activities.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/statuses.hpp"

#include <algorithm>
#include <utility>

namespace dunlin::activitypub {

namespace {

using model::Visibility;

Visibility announce_visibility(const Activity& announce, const model::Account& actor) {
  const auto visibility = announce.audience.visibility(actor.followers_url);
  // A boost is for the followers at least: some senders address nobody.
  return visibility == Visibility::direct ? Visibility::private_ : visibility;
}

/// The Announce of a Group that names an activity by its id, with that activity in it; nullopt: it names something
/// else. Errors: need_remote.
Result<std::optional<Activity>> with_activity(InboxContext& context, const Activity& announce) {
  auto object = context.resolver.fetch(announce.object_id());
  if (!object && object.error().code == Errc::need_remote) return std::unexpected(object.error());
  if (!object || !object->activity) return std::nullopt;
  Activity whole = announce;
  whole.objects.front() = std::move(*object);
  return whole;
}

}  // namespace

/// A remote account reblogs. The object is an id or a copy; copies are pointers, too, and what is not here is fetched.
Result<Outcome> on_announce(InboxContext& context, const Activity& announce) {
  db::Tx& tx = context.tx;
  if (announce.id.empty()) return Outcome::ignored(Reason::incomplete, "no id");
  if (announce.objects.empty()) return Outcome::ignored(Reason::incomplete, "no object");
  if (store::find_status_of(tx, announce.id, context.actor.id))
    return Outcome::duplicate(Reason::known, "the reblog is here");
  if (store::is_tombstoned(tx, announce.id, context.actor.uri))
    return Outcome::ignored(Reason::taken_back, "undone before it came");
  if (is_relay(tx, context.actor)) return on_relay_announce(context, announce);
  const Object& object = announce.objects.front();
  if (object.activity) return on_group_announce(context, announce);
  if (announce.audience.local_only) return Outcome::ignored(Reason::not_public, "meant for its own server only");
  const bool is_ours = service::uris::is_own_url(context.env.config, object.id);
  if (!is_ours && !store::has_local_follower(tx, context.actor.id))
    return Outcome::ignored(Reason::nobody_concerned, "nobody here follows the actor");
  if (context.actor.actor_type == model::ActorType::group && object.is_bare() && !is_ours &&
      !store::find_status_by_uri(tx, object.id)) {
    if (asked_too_often(context, object.id, few_an_hour(object.id))) return asked_too_much();
    if (auto whole = TRY(with_activity(context, announce))) return on_group_announce(context, *whole);
  }
  // An own status may be for followers, who are the ones to see the reblog.
  return reblog_as(context, announce, TRY(context.resolver.status_as_follower(object.id, context.actor)), true);
}

Result<Outcome> reblog_as(InboxContext& context, const Activity& announce, model::Status target, bool notify) {
  db::Tx& tx = context.tx;
  if (target.reblog_of_id) {
    auto original = store::find_status(tx, *target.reblog_of_id);
    if (!original) return Outcome::ignored(Reason::unknown, "the status is not here");
    target = std::move(*original);
  }
  if (!target.is_distributable() && target.account_id != context.actor.id)
    return Outcome::rejected(Reason::not_public, "the status is not public");
  if (target.visibility == Visibility::direct) return Outcome::rejected(Reason::not_public, "the status is not public");
  if (store::is_blocked(tx, context.actor.id, target.account_id)) return Outcome::rejected(Reason::blocked, "blocked");
  const auto author = store::find_account(tx, target.account_id);
  if (!author || author->suspended_at) return Outcome::rejected(Reason::suspended, "the author is suspended");

  const Time published = std::min(announce.published.value_or(tx.now()), tx.now());
  const auto visibility = announce_visibility(announce, context.actor);
  if (!context.services.statuses.receive_reblog(tx, context.actor, target, announce.id, published, visibility,
                                                notify)) {
    return Outcome::duplicate(Reason::known, "reblogged before");
  }
  return Outcome::accepted();
}

}  // namespace dunlin::activitypub
