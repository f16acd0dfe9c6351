#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dunlin {

/// An absolute http(s) URL, taken apart. Host is lower case, A-label (IDNA) form, without a trailing dot; an IPv6
/// literal keeps its brackets. No userinfo is accepted. RFC 3986.
struct Url {
  std::string scheme;  // "http" or "https"
  std::string host;
  std::uint16_t port = 0;  // explicit or the scheme's default
  std::string path;        // begins with '/', as on the wire (never decoded)
  std::string query;       // without '?'
  std::string fragment;    // without '#'

  /// nullopt: relative, other scheme, userinfo, control characters or spaces, bad port, longer than 2,048 bytes.
  static std::optional<Url> parse(std::string_view text);

  [[nodiscard]] bool has_default_port() const { return port == (scheme == "https" ? 443 : 80); }
  /// `host` or `host:port` when the port is not the default one: the Host header and the domain of a handle.
  [[nodiscard]] std::string authority() const;
  /// scheme://authority
  [[nodiscard]] std::string origin() const;
  /// path[?query]: the request target.
  [[nodiscard]] std::string target() const;
  /// The whole URL without its fragment.
  [[nodiscard]] std::string str() const;
  /// A redirect's Location against this URL; nullopt as for parse.
  [[nodiscard]] std::optional<Url> resolve(std::string_view reference) const;
};

/// Same scheme, host and port; false if either does not parse. The basis of every authority rule (federation.md 3.4).
bool same_origin(std::string_view a, std::string_view b);

/// The domain of a handle: lower case, A-label, no trailing dot; `host:port` allowed. nullopt when it cannot be a host.
std::optional<std::string> normalise_domain(std::string_view text);
/// The part of a URL that may be shown and stored as the domain; empty when it does not parse.
std::string domain_of(std::string_view url);

}  // namespace dunlin
