#include "emoji_html.hpp"

#include "html.hpp"

#include <algorithm>
#include <span>
#include <vector>

namespace dunlin::web {

namespace {

std::string picture(const store::CustomEmoji& emoji) {
  const std::string name = ":" + emoji.shortcode + ":";
  Html out;
  out.add("<img class=\"emoji\" src=\"{}\" alt=\"{}\" title=\"{}\" loading=\"lazy\">", {emoji.url, name, name});
  return out.str();
}

}  // namespace

std::string with_emojis(std::string_view html, api::entities::EmojiLookup& emojis,
                        const std::optional<std::string>& domain) {
  const auto used = domain ? emojis.used_in(std::span(&html, 1), *domain) : emojis.used_in(std::span(&html, 1));
  if (used.empty()) return std::string(html);
  std::string out;
  bool in_tag = false;  // '<' and '>' are escaped everywhere else, attributes included
  for (std::size_t at = 0; at < html.size();) {
    if (html[at] == '<') in_tag = true;
    if (html[at] == '>') in_tag = false;
    const auto end = html[at] == ':' && !in_tag ? html.find(':', at + 1) : std::string_view::npos;
    const auto name = end == std::string_view::npos ? std::string_view() : html.substr(at + 1, end - at - 1);
    const auto emoji = std::ranges::find(used, name, [](const store::CustomEmoji* e) { return e->shortcode; });
    if (name.empty() || emoji == used.end()) {
      out += html[at++];
      continue;
    }
    out += picture(**emoji);
    at = end + 1;
  }
  return out;
}

}  // namespace dunlin::web
