#include "dunlin/base/url.hpp"

#include "dunlin/base/text.hpp"

#include <arpa/inet.h>
#include <idn2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <vector>

namespace dunlin {
namespace {

constexpr std::size_t kMaxUrlBytes = 2048;
constexpr std::size_t kMaxHostBytes = 253;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_ascii(std::string_view s) {
  return std::ranges::all_of(s, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}
bool is_visible(char c) {
  return static_cast<unsigned char>(c) > 0x20 && c != 0x7f;
}

/// Bytes that may not stand on the wire are written as escapes; everything else stays as it came.
std::string encode_non_ascii(std::string_view part) {
  std::string out;
  out.reserve(part.size());
  for (const char c : part) {
    if (static_cast<unsigned char>(c) < 0x80) {
      out += c;
    } else {
      out += text::percent_encode({&c, 1});
    }
  }
  return out;
}

bool is_numeric_label(std::string_view label) {
  if (text::starts_with_ignore_case(label, "0x")) return true;
  return !label.empty() && std::ranges::all_of(label, is_digit);
}

bool is_valid_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_'; });
}

std::optional<std::string> normalise_ipv6(std::string_view literal) {
  const std::string inner(literal.substr(1, literal.size() - 2));
  in6_addr address{};
  if (inet_pton(AF_INET6, inner.c_str(), &address) != 1) return std::nullopt;
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(AF_INET6, &address, text.data(), text.size());
  return std::string("[") + text.data() + "]";
}

std::optional<std::string> to_a_labels(std::string_view host) {
  char* raw = nullptr;
  const std::string input(host);
  const int rc = idn2_to_ascii_8z(input.c_str(), &raw, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
  const std::unique_ptr<char, decltype(&idn2_free)> owner(raw, &idn2_free);
  if (rc != IDN2_OK || raw == nullptr) return std::nullopt;
  return std::string(raw);
}

/// The one spelling of a host that is compared, stored and blocked (federation.md 6.2 R8).
std::optional<std::string> normalise_host(std::string_view host) {
  if (host.size() > 1000 || host.find('\0') != std::string_view::npos) return std::nullopt;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') return normalise_ipv6(host);
  if (!text::is_valid_utf8(host)) return std::nullopt;
  std::string out = text::to_lower_ascii(host);
  if (!is_ascii(out) || out.find("xn--") != std::string::npos) {
    auto converted = to_a_labels(out);
    if (!converted) return std::nullopt;
    out = text::to_lower_ascii(*converted);
  }
  if (out.ends_with('.')) out.pop_back();
  if (out.empty() || out.size() > kMaxHostBytes) return std::nullopt;
  const auto labels = text::split(out, '.');
  if (!std::ranges::all_of(labels, is_valid_label)) return std::nullopt;
  // 127.1, 0x7f.0.0.1 and 2130706433 name loopback to some resolvers: an address has exactly one accepted form.
  if (is_numeric_label(labels.back())) {
    in_addr address{};
    if (inet_pton(AF_INET, out.c_str(), &address) != 1) return std::nullopt;
  }
  return out;
}

struct HostPort {
  std::string host;
  std::optional<std::uint16_t> port;
};

std::optional<HostPort> parse_authority(std::string_view authority) {
  std::size_t colon = authority.rfind(':');
  const std::size_t bracket = authority.rfind(']');
  if (bracket != std::string_view::npos && colon != std::string_view::npos && colon < bracket) {
    colon = std::string_view::npos;
  }
  HostPort out;
  if (colon != std::string_view::npos && colon + 1 < authority.size()) {
    const std::string_view digits = authority.substr(colon + 1);
    std::uint16_t port = 0;
    const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (ec != std::errc{} || end != digits.data() + digits.size() || port == 0) return std::nullopt;
    out.port = port;
  }
  auto host = normalise_host(authority.substr(0, colon));
  if (!host) return std::nullopt;
  out.host = std::move(*host);
  return out;
}

/// RFC 3986 5.2.4.
std::string remove_dot_segments(std::string_view path) {
  std::vector<std::string_view> kept;
  const auto segments = text::split(path.substr(1), '/');
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const bool last = i + 1 == segments.size();
    if (segments[i] == "..") {
      if (!kept.empty()) kept.pop_back();
      if (last) kept.emplace_back("");
    } else if (segments[i] == ".") {
      if (last) kept.emplace_back("");
    } else {
      kept.push_back(segments[i]);
    }
  }
  std::string out;
  for (const auto segment : kept) {
    out += '/';
    out += segment;
  }
  return out.empty() ? "/" : out;
}

bool has_scheme(std::string_view reference) {
  const auto end = reference.find_first_of(":/?#");
  if (end == std::string_view::npos || end == 0 || reference[end] != ':' || !is_alpha(reference[0])) return false;
  return std::ranges::all_of(reference.substr(0, end),
                             [](char c) { return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; });
}

}  // namespace

std::optional<Url> Url::parse(std::string_view text) {
  if (text.size() > kMaxUrlBytes || !std::ranges::all_of(text, is_visible)) return std::nullopt;
  Url url;
  std::string_view rest = text;
  for (const std::string_view scheme : {"https", "http"}) {
    if (!text::starts_with_ignore_case(text, scheme) || !text.substr(scheme.size()).starts_with("://")) continue;
    url.scheme = scheme;
    rest.remove_prefix(scheme.size() + 3);
    break;
  }
  if (url.scheme.empty()) return std::nullopt;

  const auto authority = rest.substr(0, rest.find_first_of("/?#"));
  auto host_port = parse_authority(authority);  // '@' is no host character, so userinfo fails here
  if (!host_port) return std::nullopt;
  url.host = std::move(host_port->host);
  url.port = host_port->port.value_or(url.scheme == "https" ? 443 : 80);
  rest.remove_prefix(authority.size());

  if (const auto hash = rest.find('#'); hash != std::string_view::npos) {
    url.fragment = encode_non_ascii(rest.substr(hash + 1));
    rest = rest.substr(0, hash);
  }
  if (const auto mark = rest.find('?'); mark != std::string_view::npos) {
    url.query = encode_non_ascii(rest.substr(mark + 1));
    rest = rest.substr(0, mark);
  }
  url.path = rest.empty() ? "/" : encode_non_ascii(rest);
  return url;
}

std::string Url::authority() const {
  return has_default_port() ? host : host + ':' + std::to_string(port);
}

std::string Url::origin() const {
  return scheme + "://" + authority();
}

std::string Url::target() const {
  return query.empty() ? path : path + '?' + query;
}

std::string Url::str() const {
  return origin() + target();
}

std::optional<Url> Url::resolve(std::string_view reference) const {
  reference = text::trim(reference);
  if (has_scheme(reference)) return parse(reference);
  if (reference.starts_with("//")) return parse(scheme + ":" + std::string(reference));
  if (reference.empty() || reference.starts_with('#')) return parse(str() + std::string(reference));
  if (reference.starts_with('?')) return parse(origin() + path + std::string(reference));
  const auto path_end = std::min(reference.find_first_of("?#"), reference.size());
  const std::string_view relative = reference.substr(0, path_end);
  const std::string merged =
      relative.starts_with('/') ? std::string(relative) : path.substr(0, path.rfind('/') + 1) + std::string(relative);
  return parse(origin() + remove_dot_segments(merged) + std::string(reference.substr(path_end)));
}

bool same_origin(std::string_view a, std::string_view b) {
  const auto first = Url::parse(a);
  if (!first) return false;
  const auto second = Url::parse(b);
  return second && first->scheme == second->scheme && first->host == second->host && first->port == second->port;
}

std::optional<std::string> normalise_domain(std::string_view text) {
  const auto parsed = parse_authority(text::trim(text));
  if (!parsed) return std::nullopt;
  // 443 is what a domain without a port means.
  if (!parsed->port || *parsed->port == 443) return parsed->host;
  return parsed->host + ':' + std::to_string(*parsed->port);
}

std::string domain_of(std::string_view url) {
  const auto parsed = Url::parse(url);
  return parsed ? parsed->authority() : std::string();
}

}  // namespace dunlin
