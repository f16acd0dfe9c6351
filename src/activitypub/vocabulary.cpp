#include "dunlin/activitypub/vocabulary.hpp"

#include "dunlin/base/text.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

namespace dunlin::activitypub {

namespace {

struct MediaType {
  std::string name;     // lower case
  std::string profile;  // as written, without quotes
  double quality = 1.0;
};

/// Splits at `separator` outside of quoted strings.
std::vector<std::string_view> split_unquoted(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  std::size_t start = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (quoted && text[i] == '\\') ++i;
    if (!quoted && i < text.size() && text[i] == separator) {
      parts.push_back(text.substr(start, i - start));
      start = i + 1;
    }
  }
  parts.push_back(text.substr(std::min(start, text.size())));
  return parts;
}

std::string_view unquote(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') return text.substr(1, text.size() - 2);
  return text;
}

MediaType parse_media_type(std::string_view text) {
  const auto parts = split_unquoted(text, ';');
  MediaType type{.name = text::to_lower_ascii(text::trim(parts[0])), .profile = {}};
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const auto equals = parts[i].find('=');
    if (equals == std::string_view::npos) continue;
    const auto name = text::trim(parts[i].substr(0, equals));
    const auto value = unquote(text::trim(parts[i].substr(equals + 1)));
    if (text::equals_ignore_case(name, "profile")) type.profile = value;
    if (text::equals_ignore_case(name, "q")) {
      double quality = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), quality);
      type.quality = error == std::errc{} ? std::clamp(quality, 0.0, 1.0) : 0.0;
    }
  }
  return type;
}

bool names_activitystreams(std::string_view profile) {
  for (std::string_view part : text::split(profile, ' ')) {
    if (part.ends_with('#')) part.remove_suffix(1);
    if (part == kNamespace || part == "http://www.w3.org/ns/activitystreams") return true;
  }
  return false;
}

bool is_activity(const MediaType& type) {
  return type.name == "application/activity+json" ||
         (type.name == "application/ld+json" && names_activitystreams(type.profile));
}

}  // namespace

bool is_public(std::string_view id) {
  return id == kPublic || id == "as:Public" || id == "Public";
}

bool is_activity_type(std::string_view content_type) {
  return is_activity(parse_media_type(content_type));
}

bool is_inbox_type(std::string_view content_type) {
  const auto type = parse_media_type(content_type);
  return is_activity(type) || type.name == "application/ld+json" || type.name == "application/json";
}

bool wants_activity(std::string_view accept) {
  double document = 0.0;
  double page = 0.0;
  for (const auto part : split_unquoted(accept, ',')) {
    const auto type = parse_media_type(part);
    if (is_activity(type) || type.name == "application/ld+json" || type.name == "application/json") {
      document = std::max(document, type.quality);
    } else if (type.name == "text/html" || type.name == "application/xhtml+xml") {
      page = std::max(page, type.quality);
    }
  }
  if (document == 0.0 && page == 0.0) return true;
  // A browser's `*/*` beside text/html does not speak for the document.
  return document > 0.0 && document >= page;
}

}  // namespace dunlin::activitypub
