#include "dunlin/base/text.hpp"
#include "dunlin/html/markup.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace dunlin::html {

namespace {

using std::string_view;

/// What the sanitiser escapes.
constexpr std::array<std::pair<string_view, char>, 6> kEntities{
    {{"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}, {"&#x27;", '\''}, {"&amp;", '&'}}};

std::string decode(string_view html) {
  std::string out;
  for (std::size_t i = 0; i < html.size();) {
    const auto entity =
        std::ranges::find_if(kEntities, [&](const auto& e) { return html.substr(i).starts_with(e.first); });
    if (entity == kEntities.end()) {
      out += html[i++];
    } else {
      out += entity->second;
      i += entity->first.size();
    }
  }
  return out;
}

bool is_closed_to_links(string_view tag) {
  return tag == "a" || tag == "code" || tag == "pre";
}

/// Calls `tag` with each tag and `text` with each text between them. In what the sanitiser writes, no attribute holds a
/// '>' and every element is closed.
template <class OnTag, class OnText>
void scan(string_view html, OnTag&& on_tag, OnText&& on_text) {
  int closed = 0;  // depth within links and code
  for (std::size_t at = 0; at < html.size();) {
    if (html[at] != '<') {
      const auto end = std::min(html.find('<', at), html.size());
      on_text(html.substr(at, end - at), closed == 0);
      at = end;
      continue;
    }
    const auto end = std::min(html.find('>', at), html.size() - 1) + 1;
    const string_view tag = html.substr(at, end - at);
    const bool closes = tag.starts_with("</");
    const auto name_at = closes ? 2U : 1U;
    const string_view name = tag.substr(name_at, tag.find_first_of(" />", name_at) - name_at);
    if (is_closed_to_links(name)) closed += closes ? -1 : 1;
    on_tag(tag);
    at = end;
  }
}

}  // namespace

std::vector<std::string> text_runs(string_view clean_html) {
  std::vector<std::string> runs;
  scan(
      clean_html, [](string_view) {},
      [&](string_view text, bool open) {
        if (open) runs.push_back(decode(text));
      });
  return runs;
}

std::string map_text(string_view clean_html, const std::function<std::string(string_view)>& render) {
  std::string out;
  scan(
      clean_html, [&](string_view tag) { out += tag; },
      [&](string_view text, bool open) { out += open ? render(decode(text)) : std::string(text); });
  return out;
}

}  // namespace dunlin::html
