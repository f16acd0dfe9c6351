#include "header_value.hpp"

#include "dunlin/base/text.hpp"

namespace dunlin::http {

namespace {

/// Takes one token or quoted string from the front of `rest`; nullopt when a quoted string does not end.
std::optional<std::string> take_value(std::string_view& rest) {
  std::string value;
  if (!rest.starts_with('"')) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    value = text::trim(rest.substr(0, end));
    rest.remove_prefix(end);
    return value;
  }
  rest.remove_prefix(1);
  while (!rest.empty()) {
    char c = rest.front();
    rest.remove_prefix(1);
    if (c == '"') return value;
    // Browsers write %22 for a quote and leave a backslash alone, so only \" and \\ are escapes.
    if (c == '\\' && (rest.starts_with('"') || rest.starts_with('\\'))) {
      c = rest.front();
      rest.remove_prefix(1);
    }
    value += c;
  }
  return std::nullopt;
}

}  // namespace

std::string media_type(std::string_view value) {
  return text::to_lower_ascii(text::trim(value.substr(0, value.find(';'))));
}

std::optional<std::string> header_parameter(std::string_view value, std::string_view name) {
  std::string_view rest = value.substr(std::min(value.find(';'), value.size()));
  while (rest.starts_with(';')) {
    rest.remove_prefix(1);
    const std::size_t equals = rest.find_first_of("=;");
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view key = text::trim(rest.substr(0, equals));
    const bool has_value = rest[equals] == '=';
    rest.remove_prefix(has_value ? equals + 1 : equals);
    if (!has_value) continue;
    auto parameter = take_value(rest);
    if (!parameter) return std::nullopt;
    if (text::equals_ignore_case(key, name)) return parameter;
    rest = text::trim(rest);
  }
  return std::nullopt;
}

}  // namespace dunlin::http
