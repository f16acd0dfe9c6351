#include "dunlin/service/shortcodes.hpp"

#include <algorithm>

namespace dunlin::service {

namespace {

constexpr bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
/// A colon that touches one of these is part of a time, a port or another emoji.
constexpr bool may_touch(char c) {
  return (!is_word(c) || c == '_') && c != ':';
}

}  // namespace

std::vector<std::string_view> shortcodes_in(std::string_view text) {
  std::vector<std::string_view> found;
  std::size_t open = text.find(':');
  while (open != std::string_view::npos) {
    std::size_t end = open + 1;
    while (end < text.size() && is_word(text[end])) ++end;
    const bool closed = end < text.size() && text[end] == ':' && end - open > 2;
    if (closed && (open == 0 || may_touch(text[open - 1])) && (end + 1 == text.size() || may_touch(text[end + 1]))) {
      found.push_back(text.substr(open + 1, end - open - 1));
      open = text.find(':', end + 1);
    } else {
      open = text.find(':', std::max(end, open + 1));
    }
  }
  return found;
}

}  // namespace dunlin::service
