#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace dunlin::json {

/// The canonical text of a document (RFC 8785, JCS): what a proof is made over. Members in the order of their names'
/// UTF-16 units, numbers as ECMAScript writes them, nothing escaped that need not be.
std::string canonical(const nlohmann::json& value);

}  // namespace dunlin::json
