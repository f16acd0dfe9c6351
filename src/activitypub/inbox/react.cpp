#include "inbox/handlers.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/base/emoji.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/service/reactions.hpp"
#include "dunlin/store/activities.hpp"
#include "dunlin/store/custom_emojis.hpp"
#include "dunlin/store/reactions.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace dunlin::activitypub {

/// `content` is an emoji, or `:shortcode:` or `:shortcode@host:` with a picture among the tags (FEP-c0e0).
std::optional<MeantReaction> meant_reaction(const InboxContext& context, const Activity& activity) {
  std::string name(text::trim(activity.content));
  if (name.empty()) return std::nullopt;
  MeantReaction meant;
  service::RemoteReaction& reaction = meant.reaction;
  if (!activity.id.empty()) reaction.uri = activity.id;
  // Misskey and its kin allow one for each post, and send it as a Like.
  reaction.replaces = activity.type == ActivityType::like;
  if (text::is_emoji(name)) {
    reaction.name = std::move(name);
    return meant;
  }
  if (name.size() < 3 || !name.starts_with(':') || !name.ends_with(':')) return std::nullopt;
  name = name.substr(1, name.size() - 2);
  const auto at = name.find('@');
  const std::string shortcode = name.substr(0, at);
  const auto emoji = std::ranges::find_if(activity.emojis, [&](const Emoji& candidate) {
    return candidate.shortcode == name || candidate.shortcode == shortcode;
  });
  if (emoji == activity.emojis.end()) return std::nullopt;
  const auto domain = at == std::string::npos ? context.actor.domain : normalise_domain(name.substr(at + 1));
  if (!domain) return std::nullopt;
  meant.custom = received_emoji(context.env, *emoji, context.tx.now());
  if (!meant.custom) return std::nullopt;
  meant.custom->shortcode = shortcode;
  meant.domain = *domain;
  reaction.name = shortcode + "@" + *domain;
  reaction.url = emoji->url;
  reaction.static_url = emoji->url;
  return meant;
}

std::optional<service::RemoteReaction> receive_reaction(InboxContext& context, const Activity& activity) {
  auto meant = meant_reaction(context, activity);
  if (!meant) return std::nullopt;
  if (!meant->custom) return std::move(meant->reaction);
  const auto& policies = FederationService::of(context.env).policies();
  const bool is_own = meant->domain == context.actor.domain;
  if ((is_own ? policies.find(context.actor) : policies.find(meant->domain)).reject_media) return std::nullopt;
  if (is_own) {
    store::receive_emojis(context.tx, meant->domain, std::span(&*meant->custom, 1));
  } else {
    // Of a third server: only it may say what its emojis look like, once it has.
    store::note_foreign_emoji(context.tx, meant->domain, *meant->custom);
  }
  return std::move(meant->reaction);
}

/// A remote account reacts with an emoji (Pleroma, Akkoma, Mitra, Iceshrimp).
Result<Outcome> on_emoji_react(InboxContext& context, const Activity& react) {
  db::Tx& tx = context.tx;
  if (!react.id.empty()) {
    if (store::is_tombstoned(tx, react.id, context.actor.uri))
      return Outcome::ignored(Reason::taken_back, "undone before it came");
    if (store::find_reaction_by_uri(tx, react.id, context.actor.id))
      return Outcome::duplicate(Reason::known, "reacted before");
  }
  const auto target = find_known_status(context, react.object_id());
  if (!target) return Outcome::ignored(Reason::unknown, "the status is not here");
  auto reaction = receive_reaction(context, react);
  if (!reaction) return Outcome::ignored(Reason::incomplete, "no emoji");
  if (!context.services.reactions.receive(tx, context.actor, *target, std::move(*reaction))) {
    return Outcome::ignored(Reason::not_allowed, "known already, or not allowed");
  }
  return Outcome::accepted();
}

}  // namespace dunlin::activitypub
