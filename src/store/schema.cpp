#include "dunlin/store/schema.hpp"

namespace dunlin::store {

namespace {
const db::Statement kFindSchemaVersion{"schema.find_version", "SELECT max(version) FROM schema_migrations"};
}

std::optional<std::string> find_schema_version(db::Tx& tx) {
  return tx.exec(kFindSchemaVersion)[0].opt_text(0);
}

}  // namespace dunlin::store
