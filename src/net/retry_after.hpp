#pragma once

#include "dunlin/base/clock.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace dunlin::net {

/// Retry-After as a time from now: it is seconds or a date. nullopt: neither, or in the past.
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value, Time now);

}  // namespace dunlin::net
