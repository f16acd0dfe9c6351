#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dunlin::html {

/// The targets of the links of a page that say `rel=me` (`a` and `link` elements), as written, in order; at most 500.
/// Bounded in memory and time like sanitising.
std::vector<std::string> collect_me_links(std::string_view html);

}  // namespace dunlin::html
