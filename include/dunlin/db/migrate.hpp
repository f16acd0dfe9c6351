#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/pool.hpp"

#include <span>
#include <string>
#include <vector>

namespace dunlin::db {

struct Migration {
  std::string version;  // "202611230100"
  std::string name;     // "202611230100_accounts.sql"
  std::string sql;
  bool applied = false;
};

/// The migrations compiled into the program (from migrations/*.sql), oldest first; `applied` is false.
const std::vector<Migration>& builtin_migrations();

/// Applies what is missing under an advisory lock, each file in its own transaction; returns the names applied.
/// Errors: unavailable; invalid when an applied file has changed or the schema is newer than this program.
Result<std::vector<std::string>> migrate(const ConnectionOptions& options);
/// All migrations with their state. Errors as for migrate.
Result<std::vector<Migration>> migration_status(const ConnectionOptions& options);

/// The same with a list of one's own, oldest first.
Result<std::vector<std::string>> migrate(const ConnectionOptions& options, std::span<const Migration> known);
Result<std::vector<Migration>> migration_status(const ConnectionOptions& options, std::span<const Migration> known);

}  // namespace dunlin::db
