#pragma once

#include "dunlin/base/result.hpp"

#include <filesystem>
#include <string>

namespace dunlin::crypto {

/// SHA-256 of a file's bytes, raw; read in pieces. Errors: internal.
Result<std::string> sha256_file(const std::filesystem::path& path);

}  // namespace dunlin::crypto
