#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/store/instance.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dunlin::store {

/// A custom emoji as it is administered: list_custom_emojis() in instance.hpp is what people see.
struct EmojiRow {
  std::int64_t id = 0;
  std::string shortcode;
  std::optional<std::string> domain{};  // nullopt: ours
  std::string url;                      // what its server names, or the key of our own file
  std::string static_url;
  std::optional<std::string> category{};
  bool visible_in_picker = true;
  bool disabled = false;
};
/// Ours, by shortcode.
std::vector<EmojiRow> list_own_emojis(db::Tx& tx);
std::optional<EmojiRow> find_own_emoji(db::Tx& tx, std::string_view shortcode);
/// Inserts it or replaces the one of the same shortcode and domain, whose id stays. Returns the id.
std::int64_t save_emoji(db::Tx& tx, const EmojiRow& emoji);
/// false: there is none of ours.
bool set_emoji_disabled(db::Tx& tx, std::string_view shortcode, bool disabled);
bool delete_own_emoji(db::Tx& tx, std::string_view shortcode);

struct ReceivedEmoji {
  std::int64_t id = 0;  // if it is new
  std::string shortcode;
  std::string url;
  Time updated{};       // of the picture, or of what names it
  bool stated = false;  // its server says so of the picture itself
};
/// What a server says of its emojis: new ones, and pictures that are newer than ours. One that is stated to be newer is
/// fetched again even when its address is the same.
void receive_emojis(db::Tx& tx, std::string_view domain, std::span<const ReceivedEmoji> emojis);
/// What somebody else says of an emoji of that server: counts until the server itself says something.
void note_foreign_emoji(db::Tx& tx, std::string_view domain, const ReceivedEmoji& emoji);
/// Domain and shortcode.
using EmojiName = std::pair<std::string, std::string>;
/// Of other servers, enabled ones, any order.
std::vector<CustomEmoji> list_remote_emojis(db::Tx& tx, std::span<const EmojiName> names);

}  // namespace dunlin::store
