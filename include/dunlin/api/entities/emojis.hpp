#pragma once

#include "dunlin/config/config.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/store/custom_emojis.hpp"
#include "dunlin/store/instance.hpp"

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dunlin::api::entities {

/// The custom emojis for the texts of one answer. Ours are read when the first text asks for one: most pages ask for
/// none. Those of other servers are read together, in one statement, when all texts of a page have been announced.
class EmojiLookup {
 public:
  EmojiLookup(db::Tx& tx, const config::Config& config) : tx_(&tx), config_(&config) {}
  explicit EmojiLookup(std::vector<store::CustomEmoji> emojis) : own_(std::move(emojis)) {}

  /// Texts from this domain will be asked for.
  void expect(std::span<const std::string_view> texts, std::string_view domain);
  /// Ours whose `:shortcode:` stands in one of the texts, each once, in order of appearance.
  std::vector<const store::CustomEmoji*> used_in(std::span<const std::string_view> texts);
  /// The same of another server.
  std::vector<const store::CustomEmoji*> used_in(std::span<const std::string_view> texts, std::string_view domain);

 private:
  const store::CustomEmoji* find(std::string_view shortcode);
  const store::CustomEmoji* find(std::string_view shortcode, std::string_view domain);

  db::Tx* tx_ = nullptr;
  const config::Config* config_ = nullptr;
  std::optional<std::vector<store::CustomEmoji>> own_;
  std::set<store::EmojiName> expected_;
  std::set<store::EmojiName> asked_;
  std::vector<store::CustomEmoji> remote_;
};

/// What serializers need beside the thing itself.
struct EntityContext {
  const config::Config& config;
  EmojiLookup& emojis;
};

/// The emoji with addresses at which everybody finds it.
store::CustomEmoji shown_emoji(const config::Config& config, store::CustomEmoji emoji);
/// CustomEmoji (client-api.md 6.3), of a shown one.
void render_custom_emoji(json::Writer& out, const store::CustomEmoji& emoji);
/// The `emojis` member of an entity whose texts these are; of another server's with its domain.
void render_emojis_used(json::Writer& out, EmojiLookup& emojis, std::span<const std::string_view> texts);
void render_emojis_used(json::Writer& out, EmojiLookup& emojis, std::span<const std::string_view> texts,
                        const std::optional<std::string>& domain);

}  // namespace dunlin::api::entities
