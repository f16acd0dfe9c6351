#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace dunlin::store {

/// What every uri on the host of `url` begins with. A url is a claim of whoever sent it: it is looked up among the uris
/// of its own host only.
inline std::string origin_prefix(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::string(url);
  return std::string(url.substr(0, std::min(url.find_first_of("/?#", scheme + 3), url.size()))) + '/';
}

}  // namespace dunlin::store
