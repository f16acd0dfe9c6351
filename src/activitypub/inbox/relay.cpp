#include "inbox/handlers.hpp"

#include "dunlin/activitypub/relays.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/relays.hpp"

#include <chrono>

namespace dunlin::activitypub {

namespace {

// A relay is for what is new.
constexpr std::chrono::hours kMaxAge{7 * 24};

}  // namespace

std::optional<Outcome> relay_answered(InboxContext& context, const Object& object, model::RelayState state) {
  auto relay = object.id.empty() ? std::nullopt : store::find_relay_by_follow(context.tx, object.id);
  if (!relay) return std::nullopt;
  if (!same_origin(relay->url, context.actor.uri))
    return Outcome::rejected(Reason::not_theirs, "not the relay that was asked");
  relay->state = state;
  store::update_relay(context.tx, *relay);
  return Outcome::accepted();
}

bool is_fit_for_relay(const InboxContext& context, const Note& note) {
  return note.audience.visibility({}) == model::Visibility::public_ && note.published &&
         context.tx.now() - *note.published < kMaxAge;
}

/// A relay's Announce is no boost: it says where something public is to be had.
Result<Outcome> on_relay_announce(InboxContext& context, const Activity& announce) {
  const std::string& id = announce.object_id();
  if (id.empty() || service::uris::is_own_url(context.env.config, id))
    return Outcome::ignored(Reason::known, "nothing new");
  if (find_known_status(context, id)) return Outcome::duplicate(Reason::known, "the status is here");
  const auto object = TRY(context.resolver.fetch(id));
  if (!object.note || !is_fit_for_relay(context, *object.note))
    return Outcome::ignored(Reason::not_public, "not public, or old");
  TRY(context.resolver.status(id));
  return Outcome::accepted();
}

}  // namespace dunlin::activitypub
