#pragma once

#include "dunlin/base/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string_view>

namespace dunlin::json {

struct ParseLimits {
  std::size_t max_depth = 32;
  std::size_t max_nodes = 20'000;
};

/// Strict UTF-8 JSON within limits; duplicate keys in an object are refused (a document must not read differently to
/// two readers). Never throws. Errors: bad_request.
Result<nlohmann::json> parse(std::string_view text, const ParseLimits& limits = {});

}  // namespace dunlin::json
