#pragma once

#include "dunlin/http/message.hpp"

#include <optional>
#include <string>

namespace dunlin::web {

/// Whose requests count together. nullopt: behind a proxy that does not say for whom it speaks, where all would count
/// as one.
std::optional<std::string> visitor_of(const http::Request& request);

}  // namespace dunlin::web
