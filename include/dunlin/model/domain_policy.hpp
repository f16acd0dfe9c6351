#pragma once

#include "dunlin/base/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dunlin::model {

/// Stored as numbers.
enum class DomainSeverity : std::uint8_t {
  none = 0,     // an exception below a parent's policy, or only media or reports are refused
  limit = 1,    // its people are seen by who follows them; their follows are requests
  suspend = 2,  // nothing comes from there, nothing goes there
};
/// Beside them in the table of what was done to accounts: an account's own server has suspended it.
inline constexpr auto kSuspendedByOrigin = static_cast<DomainSeverity>(3);
/// "none", "limit", "suspend".
std::string_view to_string(DomainSeverity severity);
std::optional<DomainSeverity> parse_domain_severity(std::string_view text);

/// What the admin decided about a server and every subdomain of it.
struct DomainPolicy {
  std::int64_t id = 0;
  std::string domain;  // normalised
  DomainSeverity severity = DomainSeverity::none;
  bool reject_media = false;
  bool reject_reports = false;
  std::string private_comment;
  std::string public_comment;
  bool obfuscate = false;  // the public list shows the domain in part only
  Time created_at{};
};

}  // namespace dunlin::model
