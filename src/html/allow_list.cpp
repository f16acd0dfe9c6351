#include "allow_list.hpp"

#include "document.hpp"

#include "dunlin/base/text.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <vector>

namespace dunlin::html {
namespace {

using std::string_view;

template <std::size_t N>
bool contains(const string_view (&list)[N], string_view name) {
  return std::ranges::find(list, name) != std::end(list);
}

constexpr string_view kInline[] = {"br", "span", "a",    "del", "s",  "code", "b",   "strong", "u",
                                   "i",  "em",   "ruby", "rt",  "rp", "sub",  "sup", "abbr",   "small"};
constexpr string_view kBlock[] = {"p",  "pre", "blockquote", "ul", "ol", "li",      "h1",     "h2",
                                  "h3", "h4",  "h5",         "h6", "hr", "details", "summary"};
constexpr string_view kLine[] = {"div",        "section",   "article", "header", "footer", "main",     "nav",
                                 "aside",      "address",   "center",  "dl",     "dt",     "dd",       "figure",
                                 "figcaption", "fieldset",  "legend",  "hgroup", "dir",    "menu",     "caption",
                                 "table",      "thead",     "tbody",   "tfoot",  "option", "optgroup", "listing",
                                 "xmp",        "plaintext", "title"};
constexpr string_view kMedia[] = {"img", "video", "audio"};
constexpr string_view kUnique[] = {"a", "b", "strong", "i", "em", "u", "s", "code", "small"};
constexpr string_view kTableParts[] = {"table", "thead", "tbody", "tfoot", "tr", "colgroup"};
constexpr string_view kSchemes[] = {"http", "https",  "dat",  "dweb",   "ipfs",   "ipns",
                                    "ssb",  "gopher", "xmpp", "magnet", "gemini", "mailto"};
constexpr std::size_t kMaxHrefBytes = 2048;
constexpr std::size_t kMaxClasses = 20;

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

std::vector<string_view> tokens(string_view value) {
  std::vector<string_view> out;
  while (true) {
    const auto begin = value.find_first_not_of(" \t\r\n\f");
    if (begin == string_view::npos) return out;
    value.remove_prefix(begin);
    const auto end = std::min(value.find_first_of(" \t\r\n\f"), value.size());
    out.push_back(value.substr(0, end));
    value.remove_prefix(end);
  }
}

bool is_kept_class(string_view token) {
  constexpr string_view kWords[] = {"mention", "hashtag", "ellipsis", "invisible", "quote-inline"};
  constexpr string_view kMicroformats[] = {"h-", "p-", "u-", "dt-", "e-"};
  if (contains(kWords, token)) return true;
  return token.size() <= 64 && std::ranges::all_of(token, is_name_char) &&
         std::ranges::any_of(kMicroformats,
                             [&](string_view prefix) { return token.starts_with(prefix) && token != prefix; });
}

std::string kept_classes(string_view value) {
  std::vector<std::string> kept;
  for (const string_view token : tokens(value)) {
    if (kept.size() < kMaxClasses && is_kept_class(token)) kept.emplace_back(token);
  }
  return text::join(kept, " ");
}

std::string forced_rel(string_view value) {
  const auto given = tokens(value);
  std::string rel = "nofollow noopener";
  for (const string_view kept : {"me", "tag", "ugc"}) {
    if (std::ranges::any_of(given, [&](string_view t) { return text::equals_ignore_case(t, kept); })) {
      rel += ' ';
      rel += kept;
    }
  }
  return rel;
}

bool is_language_tag(string_view value) {
  return !value.empty() && value.size() <= 35 &&
         std::ranges::all_of(value, [](char c) { return is_name_char(c) && c != '_'; });
}

/// An integer in its plain form, so that a second reading finds the same.
void append_integer(std::string& out, const GumboElement& element, const char* name) {
  const auto value = text::trim(attribute(element, name));
  int number = 0;
  const auto [end, ec] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (ec == std::errc{} && end == value.data() + value.size()) append_attribute(out, name, std::to_string(number));
}

string_view scheme_of(string_view url) {
  const auto colon = url.find(':');
  return colon == string_view::npos ? string_view() : url.substr(0, colon);
}

}  // namespace

TagKind kind_of(string_view name) {
  if (contains(kInline, name)) return TagKind::inline_;
  if (contains(kBlock, name)) return TagKind::block;
  if (contains(kLine, name)) return TagKind::line;
  if (name == "tr") return TagKind::row;
  if (name == "td" || name == "th") return TagKind::cell;
  if (contains(kMedia, name)) return TagKind::media;
  return TagKind::transparent;
}

bool is_unique(string_view name) {
  return contains(kUnique, name);
}

bool is_heading(string_view name) {
  return name.size() == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6';
}

bool is_table_part(string_view name) {
  return contains(kTableParts, name);
}

std::string clean_href(string_view href) {
  std::string url;
  std::ranges::copy_if(text::trim(href), std::back_inserter(url), [](char c) { return !is_control(c); });
  url = text::trim(url);
  const std::string scheme = text::to_lower_ascii(scheme_of(url));
  if (url.size() > kMaxHrefBytes || !contains(kSchemes, scheme)) return {};
  if (scheme.starts_with("http") && !string_view(url).substr(scheme.size()).starts_with("://")) return {};
  return url;
}

std::string clean_web_href(string_view href) {
  std::string url = clean_href(href);
  return text::starts_with_ignore_case(url, "http") ? url : std::string();
}

bool has_class(const GumboElement& element, string_view token) {
  return std::ranges::any_of(tokens(attribute(element, "class")), [&](string_view found) { return found == token; });
}

std::string kept_attributes(const GumboElement& element, string_view name) {
  std::string out;
  const bool is_link = name == "a";
  const bool has_classes = is_link || name == "span" || name == "p";
  if (is_link) append_attribute(out, "href", clean_href(attribute(element, "href")));
  if (const auto lang = attribute(element, "lang"); is_language_tag(lang)) append_attribute(out, "lang", lang);
  if (has_classes) {
    const std::string classes = kept_classes(attribute(element, "class"));
    if (!classes.empty()) append_attribute(out, "class", classes);
    if (attribute(element, "translate") == "no") append_attribute(out, "translate", "no");
  }
  if (is_link) {
    append_attribute(out, "rel", forced_rel(attribute(element, "rel")));
    append_attribute(out, "target", "_blank");
  }
  if (name == "ol") append_integer(out, element, "start");
  if (name == "ol" && has_attribute(element, "reversed")) out += " reversed";
  if (name == "li") append_integer(out, element, "value");
  if (name == "abbr" && has_attribute(element, "title")) append_attribute(out, "title", attribute(element, "title"));
  return out;
}

std::string link_attributes(string_view href) {
  std::string out;
  append_attribute(out, "href", href);
  append_attribute(out, "rel", forced_rel(""));
  append_attribute(out, "target", "_blank");
  return out;
}

void append_text(std::string& out, string_view text) {
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (!is_control(c) || c == '\n' || c == '\t') {
      out += c;
    }
  }
}

void append_attribute(std::string& out, string_view name, string_view value) {
  out += ' ';
  out += name;
  out += "=\"";
  for (const char c : value) {
    if (c == '"') {
      out += "&quot;";
    } else if (c == '\n' || c == '\t') {
      out += ' ';
    } else {
      append_text(out, {&c, 1});
    }
  }
  out += '"';
}

bool is_emoji_image(const GumboElement& element) {
  const std::string_view alt = attribute(element, "alt");
  return has_class(element, "custom-emoji") || has_class(element, "emoji") || has_class(element, "emojione") ||
         (alt.size() > 2 && alt.starts_with(':') && alt.ends_with(':') && alt.find(' ') == std::string_view::npos);
}

}  // namespace dunlin::html
