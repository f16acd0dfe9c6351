#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Just enough of HTML and XML to find a link in a page or in host-meta: no entities but the five that XML knows, no
/// DTD.
namespace dunlin::activitypub::markup {

/// The text of every start tag of that name, "<" and ">" left out; names in any case. At most 1,000.
std::vector<std::string_view> tags(std::string_view text, std::string_view name);
/// A quoted attribute's value; "" when absent.
std::string attribute(std::string_view tag, std::string_view name);

}  // namespace dunlin::activitypub::markup
