#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace dunlin::store {

/// What every uri on the host of `url` begins with, both without "www.". A url is a claim of whoever sent it: it is
/// looked up among the uris of its own host only. Below one domain more may be claimed
/// (activitypub/resolve/document.hpp); what is not found here is asked of its origin.
inline std::string origin_prefix(std::string_view url) {
  constexpr std::string_view kWww = "www.";
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::string(url);
  auto host = url.substr(scheme + 3, std::min(url.find_first_of("/?#", scheme + 3), url.size()) - scheme - 3);
  if (host.starts_with(kWww)) host.remove_prefix(kWww.size());
  return std::string(url.substr(0, scheme + 3)) + std::string(host) + '/';
}

/// Condition that `uri` begins with it.
#define DUNLIN_IS_ON(uri, prefix) "starts_with(replace(" uri ", '://www.', '://'), " prefix ")"

}  // namespace dunlin::store
