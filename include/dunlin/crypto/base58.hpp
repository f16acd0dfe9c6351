#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dunlin::crypto {

/// Bitcoin's alphabet, as in multibase 'z'. For keys: short inputs only, the cost is quadratic.
std::string base58_encode(std::string_view bytes);
std::optional<std::string> base58_decode(std::string_view text);

}  // namespace dunlin::crypto
