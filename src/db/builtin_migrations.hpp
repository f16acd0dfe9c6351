#pragma once

#include <vector>

namespace dunlin::db {

struct BuiltinMigration {
  const char* version;
  const char* name;
  const char* sql;
};

/// Written by cmake/embed_migrations.cmake from migrations/*.sql, oldest first.
const std::vector<BuiltinMigration>& migration_texts();

}  // namespace dunlin::db
