#include "value.hpp"

#include "dunlin/base/text.hpp"

#include <fmt/core.h>

#include <charconv>
#include <limits>
#include <optional>
#include <system_error>
#include <type_traits>

namespace dunlin::config {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Unit {
  std::string_view name;
  std::int64_t factor;
};
// Largest first: the first that divides is the one to print. Binary sizes, as memory is counted.
constexpr Unit kSizes[] = {{"T", 1LL << 40U}, {"G", 1LL << 30U}, {"M", 1LL << 20U}, {"K", 1LL << 10U}, {"", 1}};
constexpr Unit kDurations[] = {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}};

constexpr const char* kNumber = "a whole number";
constexpr const char* kDecimal = "a number";
constexpr const char* kSwitch = "true or false";
constexpr const char* kSize = R"(a size in bytes or with a unit K, M, G, T, such as "512M")";
constexpr const char* kDuration = R"(a duration with a unit ms, s, m, h, d, such as "15s" or "500ms")";
constexpr const char* kWholeSeconds = R"(a duration in whole seconds, such as "20s")";
constexpr const char* kText = "a text in quotes";
constexpr const char* kList = R"(a list of texts, such as ["a", "b"])";

template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "512M" with a table of units; nullopt: no digits, unknown unit, negative, overflow.
template <std::size_t N>
std::optional<std::int64_t> parse_with_unit(std::string_view text, const Unit (&units)[N]) {
  const auto digits = text.find_first_not_of("0123456789");
  const auto number = parse_number<std::int64_t>(text.substr(0, digits));
  if (!number) return std::nullopt;
  const auto name = digits == std::string_view::npos ? std::string_view{} : text::trim(text.substr(digits));
  for (const auto& unit : units) {
    if (unit.name != name) continue;
    if (*number > std::numeric_limits<std::int64_t>::max() / unit.factor) return std::nullopt;
    return *number * unit.factor;
  }
  return std::nullopt;
}

template <std::size_t N>
std::string with_unit(std::int64_t value, const Unit (&units)[N]) {
  if (value == 0) return fmt::format("0{}", units == kDurations ? "s" : "");
  for (const auto& unit : units) {
    if (value % unit.factor == 0) return fmt::format("{}{}", value / unit.factor, unit.name);
  }
  return fmt::format("{}", value);
}

std::string size_text(std::size_t bytes) {
  return with_unit(static_cast<std::int64_t>(bytes), kSizes);
}
std::string duration_text(milliseconds value) {
  return with_unit(value.count(), kDurations);
}

std::unexpected<std::string> expected(const char* what) {
  return std::unexpected(std::string(what));
}

std::expected<void, std::string> store_size(std::size_t& target, const Raw& raw) {
  std::optional<std::int64_t> bytes;
  if (const auto* number = std::get_if<std::int64_t>(&raw); number && *number >= 0) bytes = *number;
  if (const auto* text = std::get_if<std::string>(&raw)) bytes = parse_with_unit(*text, kSizes);
  if (!bytes) return expected(kSize);
  target = static_cast<std::size_t>(*bytes);
  return {};
}

// A bare number is refused: was it meant as seconds or as milliseconds?
std::expected<milliseconds, std::string> read_duration(const Raw& raw) {
  const auto* text = std::get_if<std::string>(&raw);
  const auto value = text ? parse_with_unit(*text, kDurations) : std::nullopt;
  if (!value) return expected(kDuration);
  return milliseconds(*value);
}

template <class T>
std::expected<void, std::string> store_exact(T& target, const Raw& raw, const char* what) {
  const auto* value = std::get_if<T>(&raw);
  if (!value) return expected(what);
  target = *value;
  return {};
}

struct Store {
  const Raw& raw;

  std::expected<void, std::string> operator()(std::string* target) const { return store_exact(*target, raw, kText); }
  std::expected<void, std::string> operator()(bool* target) const { return store_exact(*target, raw, kSwitch); }
  std::expected<void, std::string> operator()(Texts* target) const { return store_exact(*target, raw, kList); }
  std::expected<void, std::string> operator()(std::size_t* target) const { return store_size(*target, raw); }
  std::expected<void, std::string> operator()(std::filesystem::path* target) const {
    const auto* text = std::get_if<std::string>(&raw);
    if (!text) return expected(kText);
    *target = *text;
    return {};
  }
  std::expected<void, std::string> operator()(int* target) const {
    const auto* number = std::get_if<std::int64_t>(&raw);
    if (!number || *number < std::numeric_limits<int>::min() || *number > std::numeric_limits<int>::max()) {
      return expected(kNumber);
    }
    *target = static_cast<int>(*number);
    return {};
  }
  std::expected<void, std::string> operator()(double* target) const {
    if (const auto* whole = std::get_if<std::int64_t>(&raw)) {
      *target = static_cast<double>(*whole);
      return {};
    }
    return store_exact(*target, raw, kDecimal);
  }
  std::expected<void, std::string> operator()(milliseconds* target) const {
    const auto value = read_duration(raw);
    if (!value) return std::unexpected(value.error());
    *target = *value;
    return {};
  }
  std::expected<void, std::string> operator()(seconds* target) const {
    const auto value = read_duration(raw);
    if (!value) return std::unexpected(value.error());
    if (value->count() % 1000 != 0) return expected(kWholeSeconds);
    *target = std::chrono::duration_cast<seconds>(*value);
    return {};
  }
};

std::string list_text(const Texts& values) {
  Texts parts;
  for (const auto& value : values) parts.push_back(toml_string(value));
  return "[" + text::join(parts, ", ") + "]";
}

}  // namespace

std::expected<void, std::string> store(const Slot& slot, const Raw& raw) {
  return std::visit(Store{raw}, slot);
}

Raw raw_from_environment(const Slot& slot, const std::string& text) {
  if (std::holds_alternative<Texts*>(slot)) {
    Texts values;
    for (const auto part : text::split(text, ',')) {
      if (const auto value = text::trim(part); !value.empty()) values.emplace_back(value);
    }
    return values;
  }
  if (std::holds_alternative<bool*>(slot) && (text == "true" || text == "false")) return text == "true";
  if (std::holds_alternative<int*>(slot) || std::holds_alternative<double*>(slot)) {
    if (const auto whole = parse_number<std::int64_t>(text)) return *whole;
    if (const auto decimal = parse_number<double>(text)) return *decimal;
  }
  return text;
}

std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          out += fmt::format("\\u{:04X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
        } else {
          out += c;
        }
    }
  }
  return out + '"';
}

std::string to_toml(const Raw& raw) {
  return std::visit(
      [](const auto& value) -> std::string {
        using T = std::remove_cvref_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::string>) {
          return toml_string(value);
        } else if constexpr (std::is_same_v<T, Texts>) {
          return list_text(value);
        } else {
          return fmt::format("{}", value);
        }
      },
      raw);
}

std::string to_toml(const Slot& slot) {
  return std::visit(
      [](const auto* value) -> std::string {
        using T = std::remove_cvref_t<decltype(*value)>;
        if constexpr (std::is_same_v<T, std::string>) {
          return toml_string(*value);
        } else if constexpr (std::is_same_v<T, std::filesystem::path>) {
          return toml_string(value->native());
        } else if constexpr (std::is_same_v<T, std::size_t>) {
          return toml_string(size_text(*value));
        } else if constexpr (std::is_same_v<T, seconds> || std::is_same_v<T, milliseconds>) {
          return toml_string(duration_text(*value));
        } else if constexpr (std::is_same_v<T, Texts>) {
          return list_text(*value);
        } else if constexpr (std::is_same_v<T, double>) {
          const auto text = fmt::format("{}", *value);
          return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
        } else {
          return fmt::format("{}", *value);
        }
      },
      slot);
}

double magnitude(const Slot& slot) {
  return std::visit(
      [](const auto* value) -> double {
        using T = std::remove_cvref_t<decltype(*value)>;
        if constexpr (std::is_same_v<T, int> || std::is_same_v<T, double> || std::is_same_v<T, std::size_t>) {
          return static_cast<double>(*value);
        } else if constexpr (std::is_same_v<T, seconds> || std::is_same_v<T, milliseconds>) {
          return static_cast<double>(milliseconds(*value).count());
        } else {
          return 0;
        }
      },
      slot);
}

std::string bound_text(const Slot& slot, double bound) {
  if (std::holds_alternative<std::size_t*>(slot)) return size_text(static_cast<std::size_t>(bound));
  if (std::holds_alternative<seconds*>(slot) || std::holds_alternative<milliseconds*>(slot)) {
    return duration_text(milliseconds(static_cast<std::int64_t>(bound)));
  }
  return fmt::format("{}", bound);
}

std::string_view type_name(const Slot& slot) {
  static constexpr std::string_view kNames[] = {"text", "path",     "true or false", "number",       "decimal",
                                                "size", "duration", "duration",      "list of texts"};
  static_assert(std::size(kNames) == std::variant_size_v<Slot>);
  return kNames[slot.index()];
}

}  // namespace dunlin::config
