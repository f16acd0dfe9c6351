#include "dunlin/db/param.hpp"

#include "dunlin/base/text.hpp"

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <chrono>

namespace dunlin::db {

Param::Param(double value) {
  std::array<char, 32> buffer;
  const auto [end, ec] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  text_.emplace(buffer.data(), end);
}

Param::Param(Time value) {
  const auto day = std::chrono::floor<std::chrono::days>(value);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{value - day};
  text_ = fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:03}+00", static_cast<int>(date.year()),
                      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                      clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

Param Param::bigints(std::span<const std::int64_t> values) {
  std::string text = "{";
  for (const auto value : values) {
    if (text.size() > 1) text += ',';
    text += std::to_string(value);
  }
  text += '}';
  return {text};
}

Param Param::texts(std::span<const std::string> values) {
  std::string text = "{";
  for (const auto& value : values) {
    text += text.size() > 1 ? ",\"" : "\"";
    for (const char c : value) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    text += '"';
  }
  text += '}';
  return {text};
}

Param Param::bytes(std::string_view bytes) {
  return {"\\x" + text::hex_encode(bytes)};
}

}  // namespace dunlin::db
