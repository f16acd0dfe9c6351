#include "dunlin/base/text.hpp"
#include "dunlin/service/oauth.hpp"

#include <algorithm>
#include <array>

namespace dunlin::service::scopes {

namespace {

/// What the old scope "follow" stands for.
constexpr std::array<std::string_view, 6> kFollow = {"read:blocks",  "read:follows",  "read:mutes",
                                                     "write:blocks", "write:follows", "write:mutes"};

bool contains(const std::vector<std::string>& scopes, std::string_view scope) {
  return std::ranges::find(scopes, scope) != scopes.end();
}

/// `scope` or one above it: "admin:read:accounts" has "admin:read", but there is no "admin".
bool covered(const std::vector<std::string>& scopes, std::string_view scope) {
  while (true) {
    if (contains(scopes, scope)) return true;
    const std::size_t colon = scope.rfind(':');
    if (colon == std::string_view::npos) return false;
    scope = scope.substr(0, colon);
  }
}

}  // namespace

const std::vector<std::string>& all() {
  static const std::vector<std::string> kAll = {"profile",
                                                "read",
                                                "read:accounts",
                                                "read:blocks",
                                                "read:bookmarks",
                                                "read:collections",
                                                "read:favourites",
                                                "read:filters",
                                                "read:follows",
                                                "read:lists",
                                                "read:mutes",
                                                "read:notifications",
                                                "read:search",
                                                "read:statuses",
                                                "write",
                                                "write:accounts",
                                                "write:blocks",
                                                "write:bookmarks",
                                                "write:collections",
                                                "write:conversations",
                                                "write:favourites",
                                                "write:filters",
                                                "write:follows",
                                                "write:lists",
                                                "write:media",
                                                "write:mutes",
                                                "write:notifications",
                                                "write:reports",
                                                "write:statuses",
                                                "follow",
                                                "push",
                                                "admin:read",
                                                "admin:read:accounts",
                                                "admin:read:reports",
                                                "admin:read:domain_allows",
                                                "admin:read:domain_blocks",
                                                "admin:read:ip_blocks",
                                                "admin:read:email_domain_blocks",
                                                "admin:read:canonical_email_blocks",
                                                "admin:write",
                                                "admin:write:accounts",
                                                "admin:write:reports",
                                                "admin:write:domain_allows",
                                                "admin:write:domain_blocks",
                                                "admin:write:ip_blocks",
                                                "admin:write:email_domain_blocks",
                                                "admin:write:canonical_email_blocks"};
  return kAll;
}

std::optional<std::vector<std::string>> parse(std::string_view text) {
  std::vector<std::string> out;
  for (const std::string_view part : text::split(text, ' ')) {
    const std::string_view scope = text::trim(part);
    if (scope.empty() || contains(out, scope)) continue;
    if (!contains(all(), scope)) return std::nullopt;
    out.emplace_back(scope);
  }
  if (out.empty()) out.emplace_back("read");
  return out;
}

bool satisfies(const std::vector<std::string>& granted, std::string_view wanted) {
  if (covered(granted, wanted)) return true;
  return contains(granted, "follow") && std::ranges::find(kFollow, wanted) != kFollow.end();
}

bool subset(const std::vector<std::string>& wanted, const std::vector<std::string>& registered) {
  return std::ranges::all_of(wanted, [&](const std::string& scope) { return covered(registered, scope); });
}

}  // namespace dunlin::service::scopes
