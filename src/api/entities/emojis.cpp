#include "dunlin/api/entities/emojis.hpp"

#include "dunlin/service/media_urls.hpp"
#include "dunlin/service/shortcodes.hpp"

#include <algorithm>

namespace dunlin::api::entities {

namespace {

/// Each emoji once, as `find` knows it.
template <class F>
std::vector<const store::CustomEmoji*> collect(std::span<const std::string_view> texts, F&& find) {
  std::vector<const store::CustomEmoji*> used;
  for (const auto text : texts) {
    for (const auto shortcode : service::shortcodes_in(text)) {
      const auto* emoji = find(shortcode);
      if (emoji != nullptr && std::ranges::find(used, emoji) == used.end()) used.push_back(emoji);
    }
  }
  return used;
}

void render_all(json::Writer& out, const std::vector<const store::CustomEmoji*>& emojis) {
  out.begin_array();
  for (const auto* emoji : emojis) render_custom_emoji(out, *emoji);
  out.end_array();
}

}  // namespace

const store::CustomEmoji* EmojiLookup::find(std::string_view shortcode) {
  if (!own_) {
    own_.emplace();
    for (auto& emoji : store::list_custom_emojis(*tx_)) own_->push_back(shown_emoji(*config_, std::move(emoji)));
  }
  const auto emoji = std::ranges::find(*own_, shortcode, &store::CustomEmoji::shortcode);
  return emoji == own_->end() ? nullptr : &*emoji;
}

void EmojiLookup::expect(std::span<const std::string_view> texts, std::string_view domain) {
  for (const auto text : texts) {
    for (const auto shortcode : service::shortcodes_in(text)) expected_.emplace(domain, shortcode);
  }
}

const store::CustomEmoji* EmojiLookup::find(std::string_view shortcode, std::string_view domain) {
  if (tx_ == nullptr) return nullptr;
  const store::EmojiName wanted{std::string(domain), std::string(shortcode)};
  if (!asked_.contains(wanted)) {
    expected_.insert(wanted);
    // Addresses of what has been found must not change: everything is found before the first is given out.
    if (!remote_.empty()) return nullptr;
    asked_ = expected_;
    for (auto& emoji : store::list_remote_emojis(*tx_, std::vector(expected_.begin(), expected_.end()))) {
      remote_.push_back(shown_emoji(*config_, std::move(emoji)));
    }
  }
  const auto found = std::ranges::find_if(
      remote_, [&](const auto& emoji) { return emoji.shortcode == shortcode && emoji.domain == wanted.first; });
  return found == remote_.end() ? nullptr : &*found;
}

std::vector<const store::CustomEmoji*> EmojiLookup::used_in(std::span<const std::string_view> texts) {
  return collect(texts, [&](std::string_view shortcode) { return find(shortcode); });
}

std::vector<const store::CustomEmoji*> EmojiLookup::used_in(std::span<const std::string_view> texts,
                                                            std::string_view domain) {
  return collect(texts, [&](std::string_view shortcode) { return find(shortcode, domain); });
}

store::CustomEmoji shown_emoji(const config::Config& config, store::CustomEmoji emoji) {
  namespace urls = service::media_urls;
  if (emoji.domain) {
    const auto kind = model::PictureKind::emoji;
    emoji.static_url = urls::remote_picture(config, kind, emoji.id, emoji.url, urls::Form::still);
    emoji.url = urls::remote_picture(config, kind, emoji.id, emoji.url);
  } else {
    emoji.url = urls::file(config, emoji.url);
    emoji.static_url = urls::file(config, emoji.static_url);
  }
  return emoji;
}

void render_custom_emoji(json::Writer& out, const store::CustomEmoji& emoji) {
  out.begin_object();
  out.field("shortcode", emoji.shortcode);
  out.field("url", emoji.url);
  out.field("static_url", emoji.static_url);
  out.field("visible_in_picker", emoji.visible_in_picker);
  if (emoji.category) out.field("category", *emoji.category);
  out.end_object();
}

void render_emojis_used(json::Writer& out, EmojiLookup& emojis, std::span<const std::string_view> texts) {
  render_all(out, emojis.used_in(texts));
}

void render_emojis_used(json::Writer& out, EmojiLookup& emojis, std::span<const std::string_view> texts,
                        const std::optional<std::string>& domain) {
  render_all(out, domain ? emojis.used_in(texts, *domain) : emojis.used_in(texts));
}

}  // namespace dunlin::api::entities
