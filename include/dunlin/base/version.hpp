#pragma once

#include <string_view>

namespace dunlin {

/// The one place of the version; CMake reads it from here.
inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace dunlin
