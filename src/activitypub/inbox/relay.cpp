#include "inbox/handlers.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/activitypub/relays.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/relays.hpp"

#include <chrono>

namespace dunlin::activitypub {

namespace {

// A relay is for what is new.
constexpr std::chrono::hours kMaxAge{7 * 24};
constexpr int kMostOfRelay = 5000;  // in an hour: each costs a fetch and a row

}  // namespace

std::optional<Outcome> relay_answered(InboxContext& context, const Object& object, model::RelayState state) {
  auto relay = object.id.empty() ? std::nullopt : store::find_relay_by_follow(context.tx, object.id);
  if (!relay) return std::nullopt;
  if (!same_origin(relay->url, context.actor.uri))
    return Outcome::rejected(Reason::not_theirs, "not the relay that was asked");
  relay->state = state;
  if (state == model::RelayState::accepted) relay->actor_uri = context.actor.uri;
  store::update_relay(context.tx, *relay);
  return Outcome::accepted();
}

bool is_within_relay_share(InboxContext& context, const model::Account& relay, bool again) {
  auto& limiter = FederationService::of(context.env).relay_limiter();
  return limiter.count(relay.uri, kMostOfRelay, std::chrono::hours{1}, again).allowed;
}

bool is_fit_for_relay(const InboxContext& context, const model::Account& author, const Note& note) {
  return (!author.id || author.indexable) && note.audience.visibility({}) == model::Visibility::public_ &&
         note.published && context.tx.now() - *note.published < kMaxAge;
}

/// A relay's Announce is no boost: it says where something public is to be had.
Result<Outcome> on_relay_announce(InboxContext& context, const Activity& announce) {
  const std::string& id = announce.object_id();
  if (id.empty() || service::uris::is_own_url(context.env.config, id))
    return Outcome::ignored(Reason::known, "nothing new");
  if (find_known_status(context, id)) return Outcome::duplicate(Reason::known, "the status is here");
  if (!is_within_relay_share(context, context.actor, context.resolver.has_asked(id)))
    return Outcome::ignored(Reason::flood, "more than a relay may bring in an hour");
  const auto object = TRY(context.resolver.fetch(id));
  if (!object.note || !is_fit_for_relay(context, {}, *object.note))
    return Outcome::ignored(Reason::not_public, "not public, or old");
  const auto author = TRY(context.resolver.author_of(*object.note));
  if (!author.indexable && !store::has_local_follower(context.tx, author.id))
    return Outcome::ignored(Reason::not_allowed, "its author does not want to be found");
  TRY(context.resolver.status(id));
  return Outcome::accepted();
}

}  // namespace dunlin::activitypub
