#pragma once

#include "support/postgres.hpp"

#include <string>

namespace dunlin::test {

/// EXPLAIN of a registered statement, planned as the sessions of the program plan it: generic, whatever its parameters
/// are. What the tables hold is known after `VACUUM (ANALYZE)`.
std::string plan_of(const Database& database, const std::string& statement);

}  // namespace dunlin::test
