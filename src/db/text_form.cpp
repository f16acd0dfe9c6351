#include "text_form.hpp"

#include <charconv>
#include <chrono>

namespace dunlin::db::text_form {

namespace {

/// Reads `digits` decimal digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::chrono::sys_days> take_date(std::string_view& text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date};
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

/// The text between the braces of an array.
std::optional<std::string_view> array_body(std::string_view text) {
  if (text.size() < 2 || text.front() != '{' || text.back() != '}') return std::nullopt;
  return text.substr(1, text.size() - 2);
}

}  // namespace

std::optional<Time> parse_time(std::string_view text) {
  const auto date = take_date(text);
  if (!date) return std::nullopt;
  if (text.empty()) return Time{*date};
  if (!take(text, ' ')) return std::nullopt;
  const auto hours = take_number(text, 2);
  if (!hours || !take(text, ':')) return std::nullopt;
  const auto minutes = take_number(text, 2);
  if (!minutes || !take(text, ':')) return std::nullopt;
  const auto seconds = take_number(text, 2);
  if (!seconds) return std::nullopt;
  int milliseconds = 0;
  if (take(text, '.')) {
    for (int scale = 100; !text.empty() && text.front() >= '0' && text.front() <= '9'; scale /= 10) {
      milliseconds += (text.front() - '0') * scale;
      text.remove_prefix(1);
    }
  }
  if (!text.empty() && text != "+00") return std::nullopt;
  return Time{*date} + std::chrono::hours{*hours} + std::chrono::minutes{*minutes} + std::chrono::seconds{*seconds} +
         std::chrono::milliseconds{milliseconds};
}

std::optional<std::string> parse_bytes(std::string_view text) {
  if (!text.starts_with("\\x") || text.size() % 2 != 0) return std::nullopt;
  text.remove_prefix(2);
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

std::optional<std::vector<std::int64_t>> parse_bigints(std::string_view text) {
  const auto body = array_body(text);
  if (!body) return std::nullopt;
  std::vector<std::int64_t> values;
  const char* at = body->data();
  const char* const end = at + body->size();
  while (at != end) {
    std::int64_t value = 0;
    const auto [next, ec] = std::from_chars(at, end, value);
    if (ec != std::errc{} || (next != end && *next != ',')) return std::nullopt;
    values.push_back(value);
    if (next == end) break;
    at = next + 1;
    if (at == end) return std::nullopt;
  }
  return values;
}

std::optional<std::vector<std::string>> parse_texts(std::string_view text) {
  const auto body = array_body(text);
  if (!body) return std::nullopt;
  std::vector<std::string> values;
  std::string_view rest = *body;
  while (!rest.empty()) {
    std::string value;
    if (take(rest, '"')) {
      while (!rest.empty() && rest.front() != '"') {
        if (rest.front() == '\\') rest.remove_prefix(1);
        if (rest.empty()) return std::nullopt;
        value += rest.front();
        rest.remove_prefix(1);
      }
      if (!take(rest, '"')) return std::nullopt;
    } else {
      value = rest.substr(0, rest.find(','));
      rest.remove_prefix(value.size());
      if (value.empty() || value == "NULL" || value.front() == '{') return std::nullopt;
    }
    values.push_back(std::move(value));
    if (rest.empty()) break;
    if (!take(rest, ',') || rest.empty()) return std::nullopt;
  }
  return values;
}

}  // namespace dunlin::db::text_form
