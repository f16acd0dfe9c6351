#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Local plain text: what is in it, how long it is, and its HTML. Text must be valid UTF-8.
namespace dunlin::html {

enum class EntityKind : std::uint8_t { url, mention, hashtag };

/// Something in a text that becomes a link: bytes [begin, end).
struct Entity {
  EntityKind kind = EntityKind::url;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string url;       // url: as written
  std::string username;  // mention: as written, without '@'
  std::string domain;    // mention: normalised `host[:port]`; empty for a local one
  std::string hashtag;   // hashtag: as written, without '#'
};

/// In order, never overlapping. At most 1,000.
std::vector<Entity> extract(std::string_view text);

struct MentionTarget {
  std::string href;  // the `url` of the account, the same as in `mentions` of the API
  std::string username;
};

/// How entities become links; an entity without a target stays plain text.
struct Resolver {
  std::function<std::optional<MentionTarget>(const Entity&)> mention;
  std::function<std::string(const Entity&)> hashtag_href;
};

/// Paragraphs, line breaks, links (client-api.md 1.4); everything else escaped. `entities` are of `text`.
std::string render(std::string_view text, const std::vector<Entity>& entities, const Resolver& resolver);

/// The same without paragraphs and line breaks: a text within other HTML.
std::string render_inline(std::string_view text, const std::vector<Entity>& entities, const Resolver& resolver);

/// What counts against the limit of characters: graphemes, each URL as 23, a remote mention as `@user`; the content
/// warning counts as it stands.
std::size_t count_characters(std::string_view text, std::string_view spoiler_text);

}  // namespace dunlin::html
