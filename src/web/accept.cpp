#include "accept.hpp"

#include "dunlin/base/text.hpp"

#include <charconv>
#include <optional>

namespace dunlin::web {

namespace {

std::optional<Preference> kind_of(std::string_view type) {
  if (text::equals_ignore_case(type, "text/html") || text::equals_ignore_case(type, "application/xhtml+xml")) {
    return Preference::page;
  }
  if (text::equals_ignore_case(type, "application/activity+json") ||
      text::equals_ignore_case(type, "application/ld+json")) {
    return Preference::activity;
  }
  if (text::equals_ignore_case(type, "application/json")) return Preference::json;
  return std::nullopt;
}

double quality_of(std::string_view range) {
  for (std::string_view parameter : text::split(range, ';')) {
    parameter = text::trim(parameter);
    if (!text::starts_with_ignore_case(parameter, "q=")) continue;
    double value = 0;
    const auto [end, error] = std::from_chars(parameter.data() + 2, parameter.data() + parameter.size(), value);
    return error == std::errc() && end == parameter.data() + parameter.size() ? value : 0.0;
  }
  return 1.0;
}

}  // namespace

Preference preferred(std::string_view accept) {
  Preference best = Preference::page;
  double best_quality = 0.0;
  // A comma or semicolon inside a quoted profile does not occur: profiles are URIs without them.
  for (const std::string_view range : text::split(accept, ',')) {
    const auto kind = kind_of(text::trim(range.substr(0, range.find(';'))));
    const double quality = quality_of(range);
    if (kind && quality > best_quality) {
      best = *kind;
      best_quality = quality;
    }
  }
  return best;
}

}  // namespace dunlin::web
