#pragma once

#include "dunlin/db/tx.hpp"

#include <optional>
#include <string>

namespace dunlin::store {

/// The version of the last migration that was applied; nullopt when there is none.
std::optional<std::string> find_schema_version(db::Tx& tx);

}  // namespace dunlin::store
