#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/config/config.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/media.hpp"
#include "dunlin/model/poll.hpp"
#include "dunlin/model/relationship.hpp"
#include "dunlin/model/report.hpp"
#include "dunlin/model/status.hpp"
#include "dunlin/store/instance.hpp"
#include "dunlin/store/statuses.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Our own things as documents (federation.md section 4): pure. Everything rendered here belongs to a local account or
/// the instance actor; ids are made the same way each time, so that an Undo names what was sent.
namespace dunlin::activitypub {

/// What a status quotes.
struct QuoteParts {
  std::string uri;
  std::string authorization;  // "" = none (yet)
};

/// Own replies that a Note names.
inline constexpr std::size_t kOwnRepliesShown = 5;

/// What a Note is made of.
struct NoteParts {
  const model::Status& status;
  const model::Account& author;
  std::span<const model::Mention> mentions;
  std::string in_reply_to;   // the parent's id; "" = none
  std::string conversation;  // "" = unknown
  std::optional<model::Poll> poll{};
  std::optional<QuoteParts> quote{};
  Time now{};  // whether the poll is over
  std::vector<model::MediaAttachment> media{};
  std::vector<store::CustomEmoji> emojis{};  // ours that stand in the text
  std::vector<std::string> own_replies{};    // ids of the first ones by the same author
};

/// Documents inside of others go without @context.
enum class Context : std::uint8_t { with, without };

/// `moved_to`: the actor id of the account that took over, "" = none. `emojis`: ours that stand in its texts.
std::string render_actor(const config::Config& config, const model::Account& account,
                         std::span<const model::AccountKey> keys, Context context = Context::with,
                         std::string_view moved_to = {}, std::span<const store::CustomEmoji> emojis = {});
/// What a stranger needs to check signatures and to follow, and no more: for unsigned requests in secure mode.
std::string render_actor_stub(const config::Config& config, const model::Account& account,
                              std::span<const model::AccountKey> keys);
std::string render_note(const config::Config& config, const NoteParts& note, Context context = Context::with);
/// A removed public object (FEP-4f05).
std::string render_tombstone(std::string_view uri);

std::string render_create(const config::Config& config, const NoteParts& note, Context context = Context::with);
/// `when` tells the Updates of one status apart.
std::string render_update_note(const config::Config& config, const NoteParts& note, Time when);
std::string render_update_actor(const config::Config& config, const model::Account& account, Time when,
                                std::span<const model::AccountKey> keys, std::string_view moved_to = {},
                                std::span<const store::CustomEmoji> emojis = {});
/// `target`: the actor id of the account that takes over.
std::string render_move(const model::Account& account, std::string_view target, Time when);
std::string render_delete_note(const NoteParts& note);
/// A report, sent in the name of the instance.
std::string render_flag(const config::Config& config, const model::Report& report, std::string_view target,
                        std::span<const std::string> statuses);
/// A local account is gone for good.
std::string render_delete_actor(const model::Account& account);
/// `original_author` is an actor id.
std::string render_announce(const model::Status& wrapper, const model::Account& who, std::string_view original,
                            std::string_view original_author, Context context = Context::with);
std::string render_undo_announce(const model::Status& wrapper, const model::Account& who, std::string_view original,
                                 std::string_view original_author);
/// `actor`, `target` and the like are ids.
std::string render_follow(const model::Follow& follow, std::string_view actor, std::string_view target);
std::string render_undo_follow(const model::Follow& follow, std::string_view actor, std::string_view target);
/// Of the instance actor; `object`: the relay, or Public.
std::string render_relay_follow(std::string_view id, std::string_view actor, std::string_view object);
std::string render_undo_relay_follow(std::string_view id, std::string_view actor, std::string_view object);
/// What a LitePub relay passes on: `id` belongs to the instance actor.
std::string render_relay_announce(std::string_view id, std::string_view actor, std::string_view relay,
                                  std::string_view object);
std::string render_accept_follow(const model::Follow& follow, std::string_view follower, std::string_view target);
std::string render_reject_follow(const model::Follow& follow, std::string_view follower, std::string_view target);
std::string render_block(const model::Block& block, std::string_view actor, std::string_view target);
std::string render_undo_block(const model::Block& block, std::string_view actor, std::string_view target);
std::string render_like(const store::Favourite& favourite, std::string_view actor, std::string_view object,
                        std::string_view object_author);
std::string render_undo_like(const store::Favourite& favourite, std::string_view actor, std::string_view object,
                             std::string_view object_author);

/// A vote in somebody's poll: a Note with a name, for the poll's author alone.
std::string render_vote(std::string_view uri, std::string_view actor, std::string_view question,
                        std::string_view question_author, std::string_view option, Time when);
struct ReactionParts {
  std::string uri;
  std::string actor;
  std::string object;
  std::string object_author;
  std::string name;             // an emoji or a shortcode
  std::string picture;          // of a custom emoji
  bool as_emoji_react = false;  // else a Like with a content
};
std::string render_reaction(const ReactionParts& reaction);
std::string render_undo_reaction(const ReactionParts& reaction);
/// An Add to or Remove from the featured collection. `id_part` makes its id unique.
std::string render_pin(const model::Account& account, std::string_view status, std::string_view id_part, bool pinned);
/// Add or Remove of a hashtag, to the same collection: that is where Mastodon looks for it.
std::string render_featured_tag(const config::Config& config, const model::Account& account, std::string_view name,
                                std::string_view id_part, bool added);
/// FEP-044f.
std::string render_quote_request(const config::Config& config, std::string_view id, const NoteParts& quoting,
                                 std::string_view quoted, std::string_view quoted_author);
/// An Accept with `authorization`, a Reject without.
std::string render_quote_answer(std::string_view actor, std::string_view requester, std::string_view request,
                                std::string_view quoted, std::string_view quoting, std::string_view authorization);
std::string render_quote_authorization(std::string_view uri, std::string_view quoted_author, std::string_view quoting,
                                       std::string_view quoted);
/// `is_public`: so is the quote, and anybody may know of it.
std::string render_delete_authorization(std::string_view uri, const model::Account& author, std::string_view receiver,
                                        bool is_public);

/// The id under which the Create or Announce of a status is sent and served.
std::string activity_uri(const model::Status& status);

std::string render_hashtag(const config::Config& config, std::string_view name);

/// A collection of which only the size is shown.
std::string render_count(std::string_view id, std::string_view type, std::int64_t total);
/// A collection of which nothing is shown.
std::string render_hidden_collection(std::string_view id, std::string_view type);
/// A thread: `owner` is the actor id of its root's author (FEP-f228).
std::string render_context(std::string_view id, std::string_view owner, std::string_view first);
/// An ordered collection with all its items, finished JSON.
std::string render_whole_collection(std::string_view id, const std::vector<std::string>& items);
/// An ordered collection whose items are on pages; `last` "" = not given.
std::string render_paged_collection(std::string_view id, std::int64_t total, std::string_view first,
                                    std::string_view last);
/// An unordered collection of unknown size, page by page.
std::string render_first_page(std::string_view id, std::string_view first);
struct CollectionPage {
  std::string id;
  std::string part_of;
  std::string next;  // "" = the last page
  std::string prev;  // "" = none
  bool ordered = true;
  std::vector<std::string> items;  // finished JSON
};
std::string render_collection_page(const CollectionPage& page);
/// `text` as a JSON string: an item that is an id.
std::string quoted(std::string_view text);

}  // namespace dunlin::activitypub
