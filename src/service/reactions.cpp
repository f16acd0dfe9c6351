#include "dunlin/service/reactions.hpp"

#include "status_access.hpp"

#include "dunlin/base/emoji.hpp"
#include "dunlin/service/events.hpp"
#include "dunlin/service/federation.hpp"
#include "dunlin/service/media_urls.hpp"
#include "dunlin/store/instance.hpp"
#include "dunlin/store/reactions.hpp"
#include "dunlin/store/relationships.hpp"

#include <algorithm>
#include <utility>

namespace dunlin::service {

using model::Account;
using model::Reaction;
using model::Status;

namespace {

constexpr std::size_t kLongestName = 300;

std::string_view without_colons(std::string_view emoji) {
  if (emoji.size() > 2 && emoji.starts_with(':') && emoji.ends_with(':')) return emoji.substr(1, emoji.size() - 2);
  return emoji;
}

/// The reaction that `name` means on this status; nullopt: none.
std::optional<Reaction> find_meaning(db::Tx& tx, const config::Config& config, const Status& status,
                                     std::string_view name) {
  Reaction reaction{.id = {}, .status_id = status.id, .account_id = {}, .name = std::string(name)};
  if (text::is_emoji(name)) return reaction;
  if (name.contains('@')) {
    auto used = store::list_reactions(tx, status.id, std::string(name), 1);
    if (used.empty()) return std::nullopt;
    reaction.url = std::move(used.front().url);
    reaction.static_url = std::move(used.front().static_url);
    return reaction;
  }
  const auto emojis = store::list_custom_emojis(tx);
  const auto emoji = std::ranges::find(emojis, name, &store::CustomEmoji::shortcode);
  if (emoji == emojis.end()) return std::nullopt;
  reaction.url = media_urls::file(config, emoji->url);
  reaction.static_url = media_urls::file(config, emoji->static_url);
  return reaction;
}

}  // namespace

Result<Status> ReactionService::react(db::Tx& tx, const Account& who, StatusId id, std::string_view emoji) {
  auto status = TRY(visible_original(tx, who.id, id));
  if (store::is_blocked(tx, who.id, status.account_id)) return fail(Errc::forbidden, "This action is not allowed");
  auto reaction = find_meaning(tx, env_.config, status, without_colons(emoji));
  if (!reaction) return fail(Errc::invalid, "Validation failed: Name is not a recognized emoji");
  if (store::count_reactions(tx, who.id, status.id) >= kMaxReactionsOfAccount) {
    return fail(Errc::invalid, "Validation failed: Limit of different reactions reached");
  }
  reaction->id = env_.ids.next<ReactionId>();
  reaction->account_id = who.id;
  reaction->uri = who.uri + "#reactions/" + reaction->id.str();
  reaction->created_at = tx.now();
  if (!store::insert_reaction(tx, *reaction)) return status;
  notifications_.reacted(tx, who.id, status);
  if (!status.local_only) env_.federation.reacted(tx, *reaction, status);
  tell_change(tx, status);
  return status;
}

Result<Status> ReactionService::unreact(db::Tx& tx, const Account& who, StatusId id, std::string_view emoji) {
  auto status = TRY(existing_original(tx, id));
  const auto removed = store::delete_reaction(tx, who.id, status.id, without_colons(emoji));
  if (!removed) return visible_original(tx, who.id, id);
  withdraw_notification(tx, who.id, status);
  if (!status.local_only) env_.federation.unreacted(tx, *removed, status);
  tell_change(tx, status);
  return status;
}

bool ReactionService::receive(db::Tx& tx, const Account& who, const Status& target, RemoteReaction remote) {
  const bool is_custom = remote.url && remote.name.contains('@') && remote.name.size() <= kLongestName;
  if (!is_custom && !text::is_emoji(remote.name)) return false;
  const bool may = !who.suspended_at && !store::is_blocked(tx, target.account_id, who.id) &&
                   store::find_visible_status(tx, who.id, target.id).has_value();
  if (!may) return false;
  if (remote.replaces) {
    for (const auto& earlier : store::list_reactions_of(tx, who.id, target.id)) {
      if (earlier.name != remote.name) store::delete_reaction(tx, who.id, target.id, earlier.name);
    }
  }
  if (store::count_reactions(tx, who.id, target.id) >= kMaxReactionsOfAccount) return false;
  const Reaction reaction{.id = env_.ids.next<ReactionId>(),
                          .status_id = target.id,
                          .account_id = who.id,
                          .name = std::move(remote.name),
                          .url = std::move(remote.url),
                          .static_url = std::move(remote.static_url),
                          .uri = std::move(remote.uri),
                          .created_at = tx.now()};
  if (!store::insert_reaction(tx, reaction)) return false;
  notifications_.reacted(tx, who.id, target);
  tell_change(tx, target);
  return true;
}

void ReactionService::receive_undo(db::Tx& tx, const Reaction& reaction, const Status& target) {
  if (!store::delete_reaction(tx, reaction.account_id, target.id, reaction.name)) return;
  withdraw_notification(tx, reaction.account_id, target);
  tell_change(tx, target);
}

void ReactionService::tell_change(db::Tx& tx, const Status& status) {
  env_.events.tell(tx, events::StatusChanged{status.id, status.account_id, events::StatusPart::reactions});
}

void ReactionService::withdraw_notification(db::Tx& tx, AccountId who, const Status& status) {
  // One notification stands for all reactions of one account.
  if (store::count_reactions(tx, who, status.id) > 0) return;
  notifications_.withdraw(tx, model::NotificationType::emoji_reaction, who, status.account_id, status.id);
}

}  // namespace dunlin::service
