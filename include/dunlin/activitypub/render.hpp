#pragma once

#include "dunlin/config/config.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/relationship.hpp"
#include "dunlin/model/status.hpp"
#include "dunlin/store/statuses.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Our own things as documents (federation.md section 4): pure. Everything rendered here belongs to a local account or
/// the instance actor; ids are made the same way each time, so that an Undo names what was sent.
namespace dunlin::activitypub {

/// What a Note is made of.
struct NoteParts {
  const model::Status& status;
  const model::Account& author;
  std::span<const model::Mention> mentions;
  std::string in_reply_to;   // the parent's id; "" = none
  std::string conversation;  // "" = unknown
};

/// Documents inside of others go without @context.
enum class Context : std::uint8_t { with, without };

std::string render_actor(const config::Config& config, const model::Account& account,
                         std::span<const model::AccountKey> keys, Context context = Context::with);
std::string render_note(const config::Config& config, const NoteParts& note, Context context = Context::with);
/// A removed public object (FEP-4f05).
std::string render_tombstone(std::string_view uri);

std::string render_create(const config::Config& config, const NoteParts& note, Context context = Context::with);
std::string render_update_note(const config::Config& config, const NoteParts& note);
std::string render_update_actor(const config::Config& config, const model::Account& account,
                                std::span<const model::AccountKey> keys);
std::string render_delete_note(const NoteParts& note);
/// `original_author` is an actor id.
std::string render_announce(const model::Status& wrapper, const model::Account& who, std::string_view original,
                            std::string_view original_author, Context context = Context::with);
std::string render_undo_announce(const model::Status& wrapper, const model::Account& who, std::string_view original,
                                 std::string_view original_author);
/// `actor`, `target` and the like are ids.
std::string render_follow(const model::Follow& follow, std::string_view actor, std::string_view target);
std::string render_undo_follow(const model::Follow& follow, std::string_view actor, std::string_view target);
std::string render_accept_follow(const model::Follow& follow, std::string_view follower, std::string_view target);
std::string render_reject_follow(const model::Follow& follow, std::string_view follower, std::string_view target);
std::string render_like(const store::Favourite& favourite, std::string_view actor, std::string_view object,
                        std::string_view object_author);
std::string render_undo_like(const store::Favourite& favourite, std::string_view actor, std::string_view object,
                             std::string_view object_author);

/// The id under which the Create or Announce of a status is sent and served.
std::string activity_uri(const model::Status& status);

/// A collection of which only the size is shown.
std::string render_count(std::string_view id, std::string_view type, std::int64_t total);
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
