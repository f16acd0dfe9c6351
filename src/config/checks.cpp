#include "checks.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"

#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

namespace dunlin::config::checks {

namespace {

using Checked = std::expected<std::string, std::string>;

// sun_path is 108 bytes with its NUL.
constexpr std::size_t kLongestSocketPath = 107;

std::unexpected<std::string> allowed(const char* what) {
  return std::unexpected(std::string(what));
}

std::optional<int> parse_int(std::string_view text, int highest) {
  int value = -1;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc{} || end != text.data() + text.size() || value < 0 || value > highest) return std::nullopt;
  return value;
}

/// Bits in the address family; nullopt: no address.
std::optional<int> address_bits(const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return 32;
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return 128;
  return std::nullopt;
}

bool has_control_characters(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return true;
  }
  return false;
}

bool only(std::string_view text, std::string_view characters) {
  return text.find_first_not_of(characters) == std::string_view::npos;
}

constexpr std::string_view kWordCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kSubtagCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

}  // namespace

Checked secret_key(const std::string& text) {
  constexpr std::size_t kBytes = 32;
  if (text.empty()) return text;
  const auto bytes = text::base64_decode(text);
  if (!bytes || bytes->size() != kBytes) return allowed("32 bytes in base64, such as openssl rand -base64 32 prints");
  return text;
}

Checked domain(const std::string& text) {
  const auto normal = normalise_domain(text);
  if (!normal) return allowed(R"(a host name with an optional port, such as "social.example")");
  return *normal;
}

Checked origin(const std::string& text) {
  if (text.empty()) return text;
  const auto url = Url::parse(text);
  if (!url || url->path != "/" || !url->query.empty() || !url->fragment.empty()) {
    return allowed(R"(an address without a path, such as "https://social.example")");
  }
  return url->origin();
}

Checked base_url(const std::string& text) {
  if (text.empty()) return text;
  const auto url = Url::parse(text);
  if (!url || !url->query.empty() || !url->fragment.empty()) {
    return allowed(R"(an address without a query, such as "http://127.0.0.1:5000")");
  }
  auto address = url->str();
  while (address.ends_with('/')) address.pop_back();
  return address;
}

Checked listen_address(const std::string& text) {
  constexpr const char* kAllowed =
      R"("address:port", such as "127.0.0.1:8080" or "[::]:8080", or "unix:/path" (at most 107 bytes))";
  if (text.starts_with("unix:")) {
    const auto path = text.substr(5);
    if (!path.starts_with('/') || path.size() > kLongestSocketPath || has_control_characters(path))
      return allowed(kAllowed);
    return text;
  }
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || !parse_int(std::string_view(text).substr(colon + 1), 65'535))
    return allowed(kAllowed);
  auto host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (address_bits(host) != (bracketed ? 128 : 32)) return allowed(kAllowed);
  return text;
}

Checked address_range(const std::string& text) {
  constexpr const char* kAllowed = R"(an IP address or a range, such as "10.0.0.0/8" or "::1")";
  const auto slash = text.find('/');
  const auto bits = address_bits(text.substr(0, slash));
  if (!bits) return allowed(kAllowed);
  if (slash != std::string::npos && !parse_int(std::string_view(text).substr(slash + 1), *bits))
    return allowed(kAllowed);
  return text;
}

Checked folder(const std::string& text) {
  if (text.empty() || has_control_characters(text)) return allowed("the path of a folder");
  return text;
}

Checked absolute_path(const std::string& text) {
  if (text.empty()) return text;
  if (!text.starts_with('/') || has_control_characters(text)) return allowed(R"(a path that begins with "/")");
  return text;
}

Checked log_target(const std::string& text) {
  if (text == "stderr" || (text.starts_with('/') && !has_control_characters(text))) return text;
  return allowed(R"("stderr" or the path of a file that begins with "/")");
}

Checked database_url(const std::string& text) {
  if (text.empty() || text.starts_with("postgresql://") || text.starts_with("postgres://")) return text;
  if (text.find('=') != std::string::npos && !has_control_characters(text)) return text;
  return allowed(R"(empty or "postgresql://user:password@host/database")");
}

Checked email(const std::string& text) {
  if (text.empty()) return text;
  const auto at = text.find('@');
  if (at == 0 || at == std::string::npos || at + 1 == text.size() || text.find('@', at + 1) != std::string::npos ||
      text.find(' ') != std::string::npos || has_control_characters(text)) {
    return allowed(R"(a mail address, such as "admin@social.example")");
  }
  return text;
}

Checked username(const std::string& text) {
  if (text.size() > 30 || !only(text, kWordCharacters)) return allowed("the name of a local account, without @");
  return text;
}

Checked language(const std::string& text) {
  constexpr const char* kAllowed = R"(a language code, such as "en" or "zh-TW")";
  bool first = true;
  for (const auto part : text::split(text, '-')) {
    const bool fits = first ? (part.size() == 2 || part.size() == 3) && only(part, kLetters)
                            : !part.empty() && part.size() <= 8 && only(part, kSubtagCharacters);
    if (!fits) return allowed(kAllowed);
    first = false;
  }
  return text;
}

Checked single_line(const std::string& text) {
  if (text::trim(text).empty() || has_control_characters(text)) return allowed("one line of text");
  return text;
}

Checked one_line_or_empty(const std::string& text) {
  if (has_control_characters(text)) return allowed("one line of text");
  return text;
}

Checked web_address(const std::string& text) {
  if (text.empty() || Url::parse(text)) return text;
  return allowed(R"(an address, such as "https://status.social.example/")");
}

Checked mail_host(const std::string& text) {
  if (text.empty() || only(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:_")) return text;
  return allowed(R"(a host name, such as "mail.social.example")");
}

bool is_private_host(const std::string& authority) {
  const auto url = Url::parse("http://" + authority);
  if (!url) return false;
  const auto& host = url->host;
  if (host.starts_with('[')) {
    in6_addr address{};
    if (inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &address) != 1) return false;
    const bool unique_local = (address.s6_addr[0] & 0xfeU) == 0xfcU;
    return IN6_IS_ADDR_LOOPBACK(&address) || IN6_IS_ADDR_LINKLOCAL(&address) || unique_local;
  }
  in_addr address{};
  if (inet_pton(AF_INET, host.c_str(), &address) == 1) {
    const std::uint32_t value = ntohl(address.s_addr);
    return value >> 24U == 127 || value >> 24U == 10 || value >> 20U == 0xac1 || value >> 16U == 0xc0a8 ||
           value >> 16U == 0xa9fe;
  }
  const auto dot = host.rfind('.');
  if (dot == std::string::npos) return true;
  static constexpr std::string_view kReserved[] = {"localhost", "test",     "example", "invalid",
                                                   "local",     "internal", "lan",     "arpa"};
  for (const auto name : kReserved) {
    if (std::string_view(host).substr(dot + 1) == name) return true;
  }
  static constexpr std::string_view kReservedNames[] = {"example.com", "example.net", "example.org"};
  for (const auto name : kReservedNames) {
    if (host == name || host.ends_with("." + std::string(name))) return true;
  }
  return false;
}

}  // namespace dunlin::config::checks
