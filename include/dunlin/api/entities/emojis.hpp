#pragma once

#include "dunlin/config/config.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/store/instance.hpp"

#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace dunlin::api::entities {

/// The instance's own custom emojis for the texts of one answer. They are read when the first text asks for one: most
/// pages ask for none.
class EmojiLookup {
 public:
  explicit EmojiLookup(db::Tx& tx) : tx_(&tx) {}
  explicit EmojiLookup(std::vector<store::CustomEmoji> emojis) : emojis_(std::move(emojis)) {}

  /// Those whose `:shortcode:` stands in one of the texts, each once, in order of appearance.
  std::vector<const store::CustomEmoji*> used_in(std::span<const std::string_view> texts);

 private:
  const store::CustomEmoji* find(std::string_view shortcode);

  db::Tx* tx_ = nullptr;
  std::optional<std::vector<store::CustomEmoji>> emojis_;
};

/// What serializers need beside the thing itself.
struct EntityContext {
  const config::Config& config;
  EmojiLookup& emojis;
};

/// CustomEmoji (client-api.md 6.3).
void render_custom_emoji(json::Writer& out, const store::CustomEmoji& emoji);
/// The `emojis` member of an entity whose texts these are.
void render_emojis_used(json::Writer& out, EmojiLookup& emojis, std::span<const std::string_view> texts);

}  // namespace dunlin::api::entities
