#include "dunlin/api/entities/emojis.hpp"

#include <algorithm>

namespace dunlin::api::entities {

namespace {

constexpr bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
/// A colon that touches one of these is part of a time, a port or another emoji.
constexpr bool may_touch(char c) {
  return (!is_word(c) || c == '_') && c != ':';
}

/// Calls `found` with each `:shortcode:` of the text (Mastodon: two characters at least, apart from letters and
/// digits).
template <class F>
void scan_shortcodes(std::string_view text, F&& found) {
  std::size_t open = text.find(':');
  while (open != std::string_view::npos) {
    std::size_t end = open + 1;
    while (end < text.size() && is_word(text[end])) ++end;
    const bool closed = end < text.size() && text[end] == ':' && end - open > 2;
    if (closed && (open == 0 || may_touch(text[open - 1])) && (end + 1 == text.size() || may_touch(text[end + 1]))) {
      found(text.substr(open + 1, end - open - 1));
      open = text.find(':', end + 1);
    } else {
      open = text.find(':', std::max(end, open + 1));
    }
  }
}

}  // namespace

const store::CustomEmoji* EmojiLookup::find(std::string_view shortcode) {
  if (!emojis_) emojis_ = store::list_custom_emojis(*tx_);
  const auto emoji = std::ranges::find(*emojis_, shortcode, &store::CustomEmoji::shortcode);
  return emoji == emojis_->end() ? nullptr : &*emoji;
}

std::vector<const store::CustomEmoji*> EmojiLookup::used_in(std::span<const std::string_view> texts) {
  std::vector<const store::CustomEmoji*> used;
  for (const auto text : texts) {
    scan_shortcodes(text, [&](std::string_view shortcode) {
      const auto* emoji = find(shortcode);
      if (emoji != nullptr && std::ranges::find(used, emoji) == used.end()) used.push_back(emoji);
    });
  }
  return used;
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
  out.begin_array();
  for (const auto* emoji : emojis.used_in(texts)) render_custom_emoji(out, *emoji);
  out.end_array();
}

}  // namespace dunlin::api::entities
