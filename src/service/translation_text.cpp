#include "dunlin/service/translation_text.hpp"

namespace dunlin::service {

namespace {

constexpr std::string_view kOpen = "<span translate=\"no\">:";
constexpr std::string_view kClose = ":</span>";

bool is_shortcode_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// The length of the :shortcode: that begins at `at`; 0 = there is none.
std::size_t shortcode_length(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && is_shortcode_char(text[end])) ++end;
  const bool whole = end < text.size() && text[end] == ':' && end - at > 2;
  return whole ? end + 1 - at : 0;
}

}  // namespace

std::string protect_emojis(std::string_view html) {
  std::string out;
  bool in_tag = false;  // '<' and '>' are escaped everywhere else, attributes included
  for (std::size_t at = 0; at < html.size();) {
    if (html[at] == '<') in_tag = true;
    if (html[at] == '>') in_tag = false;
    const auto length = html[at] == ':' && !in_tag ? shortcode_length(html, at) : 0;
    if (length == 0) {
      out += html[at++];
      continue;
    }
    out += kOpen.substr(0, kOpen.size() - 1);
    out += html.substr(at, length);
    out += kClose.substr(1);
    at += length;
  }
  return out;
}

std::string release_emojis(std::string html) {
  for (auto at = html.find(kOpen); at != std::string::npos; at = html.find(kOpen, at)) {
    const auto start = at + kOpen.size() - 1;
    const auto length = shortcode_length(html, start);
    if (length == 0 || html.compare(start + length - 1, kClose.size(), kClose) != 0) {
      at += kOpen.size();
      continue;
    }
    html.replace(at, start - at + length - 1 + kClose.size(), html.substr(start, length));
  }
  return html;
}

}  // namespace dunlin::service
