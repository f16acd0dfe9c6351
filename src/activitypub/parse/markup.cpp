#include "parse/markup.hpp"

#include "dunlin/base/text.hpp"

#include <utility>

namespace dunlin::activitypub::markup {

namespace {

constexpr std::size_t kMaxTags = 1000;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::string unescape(std::string_view text) {
  std::string value(text);
  for (const auto& [entity, plain] :
       {std::pair{"&quot;", "\""}, {"&apos;", "'"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}}) {
    value = text::replace_all(std::move(value), entity, plain);
  }
  return value;
}

/// The end of a tag that begins before `at`: a ">" outside of quotes.
std::size_t tag_end(std::string_view text, std::size_t at) {
  char quote = 0;
  for (; at < text.size(); ++at) {
    if (quote != 0) {
      if (text[at] == quote) quote = 0;
    } else if (text[at] == '"' || text[at] == '\'') {
      quote = text[at];
    } else if (text[at] == '>') {
      return at;
    }
  }
  return std::string_view::npos;
}

}  // namespace

std::vector<std::string_view> tags(std::string_view text, std::string_view name) {
  std::vector<std::string_view> result;
  for (std::size_t at = text.find('<'); at != std::string_view::npos && result.size() < kMaxTags;
       at = text.find('<', at + 1)) {
    const auto rest = text.substr(at + 1);
    if (!text::starts_with_ignore_case(rest, name) || rest.size() <= name.size() || !is_space(rest[name.size()]))
      continue;
    const auto end = tag_end(text, at);
    if (end == std::string_view::npos) break;
    result.push_back(text.substr(at + 1, end - at - 1));
  }
  return result;
}

std::string attribute(std::string_view tag, std::string_view name) {
  for (std::size_t at = 0; at < tag.size(); ++at) {
    if (tag[at] == '"' || tag[at] == '\'') {  // a value: names are not looked for in it
      at = tag.find(tag[at], at + 1);
      if (at == std::string_view::npos) return {};
      continue;
    }
    const bool begins = at > 0 && is_space(tag[at - 1]) && text::starts_with_ignore_case(tag.substr(at), name);
    if (!begins) continue;
    auto rest = text::trim(tag.substr(at + name.size()));
    if (!rest.starts_with('=')) continue;
    rest = text::trim(rest.substr(1));
    if (rest.empty() || (rest.front() != '"' && rest.front() != '\'')) continue;
    const auto end = rest.find(rest.front(), 1);
    return end == std::string_view::npos ? std::string() : unescape(rest.substr(1, end - 1));
  }
  return {};
}

}  // namespace dunlin::activitypub::markup
