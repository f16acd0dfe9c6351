#pragma once

#include <string>
#include <string_view>

namespace dunlin::activitypub {

/// [A-Za-z0-9_]+([.\-]+[A-Za-z0-9_]+)* (federation.md 1.3)
bool is_username(std::string_view name);
/// What is shown of a name that other servers may spell as they like: no '@' that begins a domain, no blanks, line ends
/// or marks that turn the text around.
std::string to_username(std::string_view name);

}  // namespace dunlin::activitypub
