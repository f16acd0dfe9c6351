#include "dunlin/html/format.hpp"

#include "dunlin/base/text.hpp"

#include <string>

namespace dunlin::html {
namespace {

using std::string_view;

constexpr std::size_t kVisibleUrlCharacters = 30;

std::string span(string_view css_class, string_view text) {
  if (text.empty()) return {};
  std::string out = "<span";
  if (!css_class.empty()) out += " class=\"" + std::string(css_class) + "\"";
  return out + ">" + text::escape_html(text) + "</span>";
}

/// The scheme and the tail are there for copying, but not shown.
std::string render_url(string_view url) {
  std::size_t prefix = url.find("://") + 3;
  if (text::starts_with_ignore_case(url.substr(prefix), "www.")) prefix += 4;
  const string_view visible = text::truncate_graphemes(url.substr(prefix), kVisibleUrlCharacters);
  const string_view rest = url.substr(prefix + visible.size());
  return "<a href=\"" + text::escape_html(url) + R"(" rel="nofollow noopener" translate="no" target="_blank">)" +
         span("invisible", url.substr(0, prefix)) + span(rest.empty() ? "" : "ellipsis", visible) +
         span("invisible", rest) + "</a>";
}

std::string render_mention(const MentionTarget& target) {
  return R"(<span class="h-card" translate="no"><a href=")" + text::escape_html(target.href) +
         R"(" class="u-url mention">@)" + span("", target.username) + "</a></span>";
}

std::string render_hashtag(string_view name, string_view href) {
  return "<a href=\"" + text::escape_html(href) + R"(" class="mention hashtag" rel="tag">#)" + span("", name) + "</a>";
}

std::string render_entity(const Entity& entity, string_view written, const Resolver& resolver) {
  switch (entity.kind) {
    case EntityKind::url:
      return render_url(entity.url);
    case EntityKind::mention:
      if (resolver.mention) {
        if (const auto target = resolver.mention(entity)) return render_mention(*target);
      }
      break;
    case EntityKind::hashtag:
      if (resolver.hashtag_href) return render_hashtag(entity.hashtag, resolver.hashtag_href(entity));
      break;
  }
  return text::escape_html(written);
}

/// Links have no line breaks in them, so those of the text are all there are.
std::string with_paragraphs(string_view html) {
  html = text::trim(html);
  if (html.empty()) return {};
  std::string out = "<p>";
  for (std::size_t i = 0; i < html.size(); ++i) {
    if (html[i] != '\n') {
      out += html[i];
      continue;
    }
    const std::size_t end = html.find_first_not_of('\n', i);
    out += end - i > 1 ? "</p><p>" : "<br />";
    i = end - 1;
  }
  return out + "</p>";
}

/// LF for CR LF and CR; no other control characters but tabs.
std::string clean(string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '\r') {
      if (i + 1 == text.size() || text[i + 1] != '\n') out += '\n';
    } else if (c >= 0x20 || c == '\n' || c == '\t') {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

std::string render_inline(string_view text, const std::vector<Entity>& entities, const Resolver& resolver) {
  std::string html;
  std::size_t at = 0;
  for (const Entity& entity : entities) {
    html += text::escape_html(clean(text.substr(at, entity.begin - at)));
    html += render_entity(entity, text.substr(entity.begin, entity.end - entity.begin), resolver);
    at = entity.end;
  }
  return html + text::escape_html(clean(text.substr(at)));
}

std::string render(string_view text, const std::vector<Entity>& entities, const Resolver& resolver) {
  return with_paragraphs(render_inline(text, entities, resolver));
}

}  // namespace dunlin::html
