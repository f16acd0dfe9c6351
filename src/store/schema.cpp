#include "dunlin/store/schema.hpp"

namespace dunlin::store {

namespace {
const db::Statement kHasSchema{"schema.has_table", "SELECT to_regclass('schema_migrations') IS NOT NULL"};
const db::Statement kFindSchemaVersion{"schema.find_version", "SELECT max(version) FROM schema_migrations"};
}  // namespace

std::optional<std::string> find_schema_version(db::Tx& tx) {
  if (!tx.exec(kHasSchema)[0].boolean(0)) return std::nullopt;
  return tx.exec(kFindSchemaVersion)[0].opt_text(0);
}

}  // namespace dunlin::store
