#include "dunlin/json/canonical.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace dunlin::json {

namespace {

using Json = nlohmann::json;

constexpr std::int64_t kMaxExact = 9'007'199'254'740'992;  // 2^53: above, ECMAScript's numbers are rounded

/// UTF-16 units; the text is valid UTF-8, as every parsed document's is.
std::vector<std::uint16_t> utf16(std::string_view text) {
  std::vector<std::uint16_t> units;
  units.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    std::uint32_t point = length == 1 ? lead : lead & (0x7fU >> length);
    for (std::size_t k = 1; k < length && i + k < text.size(); ++k) {
      point = (point << 6U) | (static_cast<unsigned char>(text[i + k]) & 0x3fU);
    }
    i += length;
    if (point < 0x10000) {
      units.push_back(static_cast<std::uint16_t>(point));
    } else {
      point -= 0x10000;
      units.push_back(static_cast<std::uint16_t>(0xd800U + (point >> 10U)));
      units.push_back(static_cast<std::uint16_t>(0xdc00U + (point & 0x3ffU)));
    }
  }
  return units;
}

void append_string(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += "\\u00";
          out += kHex[static_cast<unsigned char>(c) >> 4U];
          out += kHex[static_cast<unsigned char>(c) & 0xfU];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

/// ECMAScript's Number::toString (ECMA-262 6.1.6.1.20).
void append_number(std::string& out, double value) {
  if (value == 0.0) {
    out += '0';
    return;
  }
  if (value < 0) out += '-';
  std::array<char, 64> buffer{};
  const auto [end, ec] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(value), std::chars_format::scientific);
  const std::string_view shortest(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const auto e = shortest.find('e');
  std::string digits(shortest.substr(0, e));
  std::erase(digits, '.');
  const int exponent = std::atoi(std::string(shortest.substr(e + 1)).c_str());
  const int point = exponent + 1;  // digits before the decimal point
  const int count = static_cast<int>(digits.size());
  if (point > 21 || point < -5) {
    out += digits[0];
    if (count > 1) out.append(".").append(digits, 1);
    out += exponent < 0 ? "e-" : "e+";
    out += std::to_string(std::abs(exponent));
  } else if (point <= 0) {
    out.append("0.").append(static_cast<std::size_t>(-point), '0').append(digits);
  } else if (count <= point) {
    out.append(digits).append(static_cast<std::size_t>(point - count), '0');
  } else {
    out.append(digits, 0, static_cast<std::size_t>(point)).append(".").append(digits, static_cast<std::size_t>(point));
  }
}

void append_number(std::string& out, const Json& value) {
  if (value.is_number_float()) return append_number(out, value.get<double>());
  const bool exact = value.is_number_unsigned()
                         ? value.get<std::uint64_t>() <= static_cast<std::uint64_t>(kMaxExact)
                         : value.get<std::int64_t>() >= -kMaxExact && value.get<std::int64_t>() <= kMaxExact;
  if (exact) {
    out += std::to_string(value.get<std::int64_t>());
  } else {
    append_number(out, value.get<double>());
  }
}

void append(std::string& out, const Json& value);

void append_object(std::string& out, const Json& object) {
  struct Member {
    std::vector<std::uint16_t> order;
    const std::string* name;
    const Json* value;
  };
  std::vector<Member> members;
  for (auto it = object.begin(); it != object.end(); ++it) members.push_back({utf16(it.key()), &it.key(), &it.value()});
  std::ranges::sort(members, {}, &Member::order);
  out += '{';
  for (const Member& member : members) {
    if (out.back() != '{') out += ',';
    append_string(out, *member.name);
    out += ':';
    append(out, *member.value);
  }
  out += '}';
}

void append(std::string& out, const Json& value) {
  if (value.is_object()) {
    append_object(out, value);
  } else if (value.is_array()) {
    out += '[';
    bool first = true;
    for (const Json& element : value) {
      if (!first) out += ',';
      first = false;
      append(out, element);
    }
    out += ']';
  } else if (value.is_string()) {
    append_string(out, value.get_ref<const std::string&>());
  } else if (value.is_number()) {
    append_number(out, value);
  } else if (value.is_boolean()) {
    out += value.get<bool>() ? "true" : "false";
  } else {
    out += "null";
  }
}

}  // namespace

std::string canonical(const nlohmann::json& value) {
  std::string out;
  append(out, value);
  return out;
}

}  // namespace dunlin::json
