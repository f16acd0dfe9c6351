#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/html/format.hpp"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <optional>

namespace dunlin::html {
namespace {

using std::string_view;

constexpr std::size_t kMaxEntities = 1000;
constexpr std::size_t kMaxHashtagBytes = 255;
constexpr UChar32 kFullWidthNumberSign = 0xff03;

bool is_mark(UChar32 c) {
  return (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0;
}
bool is_word(UChar32 c) {
  return u_isalnum(c) || is_mark(c) || u_charType(c) == U_CONNECTOR_PUNCTUATION;
}
bool is_ascii_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_username_char(char c) {
  return is_ascii_alnum(c) || c == '_';
}

/// A text by code points: positions are byte offsets.
class Scanner {
 public:
  explicit Scanner(string_view text) : text_(text) {}

  [[nodiscard]] std::size_t size() const { return text_.size(); }
  [[nodiscard]] string_view slice(std::size_t begin, std::size_t end) const { return text_.substr(begin, end - begin); }
  [[nodiscard]] string_view from(std::size_t at) const { return text_.substr(at); }
  [[nodiscard]] char byte(std::size_t at) const { return at < text_.size() ? text_[at] : '\0'; }

  /// The code point at `at`, which moves behind it; -1 at the end.
  UChar32 next(std::size_t& at) const {
    if (at >= text_.size()) return -1;
    auto i = static_cast<std::int64_t>(at);
    UChar32 c = 0;
    U8_NEXT(text_.data(), i, static_cast<std::int64_t>(text_.size()), c);
    at = static_cast<std::size_t>(i);
    return c;
  }
  /// The code point that ends at `at`; -1 at the beginning.
  [[nodiscard]] UChar32 before(std::size_t at) const {
    if (at == 0) return -1;
    auto i = static_cast<std::int32_t>(at);
    UChar32 c = 0;
    U8_PREV(reinterpret_cast<const std::uint8_t*>(text_.data()), 0, i, c);
    return c;
  }

 private:
  string_view text_;
};

// --- URLs ---

/// Ends a URL wherever it stands: spaces, quotes, brackets of CJK and its full stops.
bool ends_url(UChar32 c) {
  if (c < 0 || u_isUWhiteSpace(c) || u_charType(c) == U_CONTROL_CHAR) return true;
  constexpr UChar32 kStops[] = {'<',    '>',    '"',    '`',    0x201c, 0x201d, 0x201e, 0xab,   0xbb,
                                0x3001, 0x3002, 0x300c, 0x300d, 0x300e, 0x300f, 0x3010, 0x3011, 0x300a,
                                0x300b, 0xff08, 0xff09, 0xff0c, 0xff01, 0xff1f, 0xff1b, 0xff1a};
  return std::ranges::find(kStops, c) != std::end(kStops);
}

/// The end without the punctuation of the sentence around it and without brackets that were not opened inside.
std::size_t trim_url(string_view url) {
  while (!url.empty()) {
    const char last = url.back();
    const bool is_sentence = string_view(".,;:!?'*").find(last) != string_view::npos;
    const char opening = last == ')' ? '(' : last == ']' ? '[' : last == '}' ? '{' : '\0';
    const bool is_unbalanced = opening != '\0' && std::ranges::count(url, last) > std::ranges::count(url, opening);
    const bool is_ellipsis = url.ends_with("\u2026");
    if (!is_sentence && !is_unbalanced && !is_ellipsis) break;
    url.remove_suffix(is_ellipsis ? 3 : 1);
  }
  return url.size();
}

std::optional<Entity> read_url(const Scanner& in, std::size_t begin) {
  if (!text::starts_with_ignore_case(in.from(begin), "http://") &&
      !text::starts_with_ignore_case(in.from(begin), "https://")) {
    return std::nullopt;
  }
  const UChar32 previous = in.before(begin);
  if (previous >= 0 && (is_word(previous) || previous == '@' || previous == '#' || previous == '$'))
    return std::nullopt;
  std::size_t end = begin;
  for (std::size_t at = begin; !ends_url(in.next(at));) end = at;
  end = begin + trim_url(in.slice(begin, end));
  const string_view written = in.slice(begin, end);
  const auto url = Url::parse(written);
  if (!url) return std::nullopt;
  // A single label is a word after "http://", not a site.
  if (url->host.find('.') == std::string::npos && !url->host.starts_with('[') && url->host != "localhost")
    return std::nullopt;
  Entity entity{.kind = EntityKind::url,
                .begin = begin,
                .end = end,
                .url = std::string(written),
                .username = {},
                .domain = {},
                .hashtag = {}};
  return entity;
}

// --- Mentions ---

/// Username characters with single or repeated dots and hyphens inside; where it ends.
std::size_t username_end(const Scanner& in, std::size_t at) {
  std::size_t end = at;
  while (true) {
    while (is_username_char(in.byte(at))) ++at;
    if (at == end) return end;  // nothing after the dots
    end = at;
    while (in.byte(at) == '.' || in.byte(at) == '-') ++at;
    if (at == end) return end;
    if (!is_username_char(in.byte(at))) return end;
  }
}

std::size_t host_end(const Scanner& in, std::size_t at) {
  std::size_t end = at;
  while (true) {
    std::size_t behind = at;
    const UChar32 c = in.next(behind);
    if (c >= 0 && is_word(c)) {
      at = end = behind;
    } else if (end < at + 1 && (c == '.' || c == '-') && behind > at) {
      at = behind;  // counts only when a word character follows
    } else {
      break;
    }
  }
  return end;
}

/// `:port` behind a host, when digits and nothing else follow.
std::size_t port_end(const Scanner& in, std::size_t at) {
  if (in.byte(at) != ':') return at;
  std::size_t end = at + 1;
  while (is_digit(in.byte(end)) && end - at <= 6) ++end;
  std::size_t behind = end;
  const UChar32 c = in.next(behind);
  const bool is_port = end - at >= 3 && end - at <= 6 && (c < 0 || !is_word(c));
  return is_port ? end : at;
}

std::optional<Entity> read_mention(const Scanner& in, std::size_t begin) {
  const UChar32 previous = in.before(begin);
  if (previous >= 0 && (is_word(previous) || previous == '/' || previous == '=')) return std::nullopt;
  const std::size_t name_begin = begin + 1;
  const std::size_t name_end = username_end(in, name_begin);
  if (name_end == name_begin) return std::nullopt;
  Entity entity;
  entity.kind = EntityKind::mention;
  entity.begin = begin;
  entity.end = name_end;
  entity.username = in.slice(name_begin, name_end);
  if (in.byte(name_end) == '@') {
    const std::size_t host = host_end(in, name_end + 1);
    const std::size_t end = port_end(in, host);
    for (const std::size_t candidate : {end, host}) {
      const auto domain = normalise_domain(in.slice(name_end + 1, candidate));
      if (candidate == name_end + 1 || !domain) continue;
      entity.end = candidate;
      entity.domain = *domain;
      return entity;
    }
  }
  // "@naïve" is a word, not somebody called "na".
  std::size_t behind = name_end;
  const UChar32 following = in.next(behind);
  if (following >= 0 && is_word(following)) return std::nullopt;
  return entity;
}

// --- Hashtags ---

bool is_hashtag_separator(UChar32 c) {
  return c == 0xb7 || c == 0x30fb || c == 0x200c;
}

std::optional<Entity> read_hashtag(const Scanner& in, std::size_t begin, std::size_t name_begin) {
  const UChar32 previous = in.before(begin);
  if (previous >= 0 &&
      (is_word(previous) || previous == '/' || previous == '=' || previous == ')' || previous == '&')) {
    return std::nullopt;
  }
  std::size_t end = name_begin;
  bool has_letter = false;
  bool joins = false;  // '_' or a separator between other characters also makes a name of digits
  bool seen_joiner = false;
  for (std::size_t at = name_begin;;) {
    const UChar32 c = in.next(at);
    const bool separator = c >= 0 && is_hashtag_separator(c);
    if (c < 0 || !(is_word(c) || separator) || (separator && end == name_begin)) break;
    if (separator || c == '_') {
      seen_joiner = end > name_begin;
    } else {
      joins |= seen_joiner;
    }
    has_letter |= u_isalpha(c) || is_mark(c);
    if (!separator) end = at;  // a separator at the end belongs to the sentence
  }
  if (end == name_begin || end - name_begin > kMaxHashtagBytes || !(has_letter || joins)) return std::nullopt;
  Entity entity;
  entity.kind = EntityKind::hashtag;
  entity.begin = begin;
  entity.end = end;
  entity.hashtag = in.slice(name_begin, end);
  return entity;
}

}  // namespace

std::vector<Entity> extract(string_view text) {
  const Scanner in(text);
  std::vector<Entity> entities;
  for (std::size_t at = 0; at < in.size() && entities.size() < kMaxEntities;) {
    const std::size_t begin = at;
    const UChar32 c = in.next(at);
    std::optional<Entity> found;
    if (c == 'h' || c == 'H') {
      found = read_url(in, begin);
    } else if (c == '@') {
      found = read_mention(in, begin);
    } else if (c == '#' || c == kFullWidthNumberSign) {
      found = read_hashtag(in, begin, at);
    }
    if (!found) continue;
    at = found->end;
    entities.push_back(std::move(*found));
  }
  return entities;
}

std::size_t count_characters(string_view text, string_view spoiler_text) {
  constexpr std::size_t kUrlLength = 23;
  std::string counted;
  std::size_t at = 0;
  for (const Entity& entity : extract(text)) {
    counted += text.substr(at, entity.begin - at);
    if (entity.kind == EntityKind::url) {
      counted.append(kUrlLength, 'x');
    } else if (entity.kind == EntityKind::mention) {
      counted += '@';
      counted += entity.username;
    } else {
      counted += text.substr(entity.begin, entity.end - entity.begin);
    }
    at = entity.end;
  }
  counted += text.substr(at);
  return text::count_graphemes(counted) + text::count_graphemes(spoiler_text);
}

}  // namespace dunlin::html
