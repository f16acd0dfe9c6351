#include "dunlin/db/migrate.hpp"

#include "builtin_migrations.hpp"
#include "connect.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/base/text.hpp"

#include <fmt/core.h>
#include <openssl/evp.h>
#include <pqxx/connection>
#include <pqxx/except>
#include <pqxx/nontransaction>
#include <pqxx/result>

#include <array>
#include <map>
#include <memory>
#include <span>
#include <stdexcept>
#include <utility>

namespace dunlin::db {

namespace {

constexpr std::string_view kNoTransaction = "-- no-transaction";
constexpr const char* kLockTimeout = "60s";
constexpr std::int64_t kLockKey = 0x64756e6c696e;  // "dunlin": one migrator at a time on one database

std::string checksum(std::string_view sql) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(sql.data(), sql.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("SHA-256 is not available");
  }
  return text::hex_encode({reinterpret_cast<const char*>(digest.data()), size});
}

/// Outside a transaction each statement travels alone: a statement ends where a line ends with a semicolon.
std::vector<std::string> statements_of(std::string_view sql) {
  std::vector<std::string> statements;
  std::string current;
  for (const auto line : text::split(sql, '\n')) {
    current += line;
    current += '\n';
    if (text::trim(line).ends_with(';')) statements.push_back(std::exchange(current, {}));
  }
  return statements;
}

class Migrator {
 public:
  Migrator(const ConnectionOptions& options, std::span<const Migration> known)
      : connection_(connect(options)), tx_(*connection_), known_(known) {
    tx_.exec("SET default_transaction_read_only = off; SET statement_timeout = 0");
    tx_.exec(fmt::format("SET lock_timeout = '{}'", kLockTimeout));
  }

  /// The known migrations with their state. Errors: invalid.
  Result<std::vector<Migration>> status() {
    const auto applied = applied_checksums();
    std::vector<Migration> migrations(known_.begin(), known_.end());
    std::size_t found = 0;
    for (auto& migration : migrations) {
      const auto it = applied.find(migration.version);
      migration.applied = it != applied.end();
      if (!migration.applied) continue;
      ++found;
      if (it->second != checksum(migration.sql)) {
        return fail(Errc::invalid, fmt::format("migration {} was changed after it had been applied", migration.name));
      }
    }
    if (found != applied.size()) {
      return fail(Errc::invalid, "the database has a newer schema than this program: use the newer program");
    }
    return migrations;
  }

  Result<std::vector<std::string>> apply_missing() {
    tx_.exec(fmt::format("SELECT pg_advisory_lock({})", kLockKey));  // until the connection ends
    tx_.exec(
        "CREATE TABLE IF NOT EXISTS schema_migrations (version text PRIMARY KEY, name text NOT NULL,"
        " checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())");
    std::vector<std::string> names;
    for (const auto& migration : TRY(status())) {
      if (migration.applied) continue;
      apply(migration);
      log::info("migration applied", {log::kv("name", migration.name)});
      names.push_back(migration.name);
    }
    return names;
  }

 private:
  std::map<std::string, std::string> applied_checksums() {
    std::map<std::string, std::string> checksums;
    if (tx_.exec("SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'schema_migrations'")
            .empty()) {
      return checksums;
    }
    for (const auto& row : tx_.exec("SELECT version, checksum FROM schema_migrations")) {
      checksums.emplace(row[0].c_str(), row[1].c_str());
    }
    return checksums;
  }

  void apply(const Migration& migration) {
    const auto record =
        fmt::format("INSERT INTO schema_migrations (version, name, checksum) VALUES ({}, {}, {})",
                    tx_.quote(migration.version), tx_.quote(migration.name), tx_.quote(checksum(migration.sql)));
    try {
      if (migration.sql.starts_with(kNoTransaction)) {
        for (const auto& statement : statements_of(migration.sql)) tx_.exec(statement);
        tx_.exec(record);
        return;
      }
      tx_.exec("BEGIN");
      tx_.exec(migration.sql);
      tx_.exec(record);
      tx_.exec("COMMIT");
    } catch (const pqxx::sql_error& error) {
      throw std::runtime_error(fmt::format("migration {}: {}", migration.name, one_line(error.what())));
    }
  }

  std::unique_ptr<pqxx::connection> connection_;
  pqxx::nontransaction tx_;
  std::span<const Migration> known_;
};

template <class F>
auto with_migrator(const ConnectionOptions& options, std::span<const Migration> known, F&& action)
    -> decltype(action(std::declval<Migrator&>())) {
  try {
    Migrator migrator(options, known);
    return action(migrator);
  } catch (const pqxx::sql_error& error) {
    if (error.sqlstate() == "55P03") {
      return fail(Errc::unavailable, fmt::format("another migration has been running for {}", kLockTimeout));
    }
    if (is_outage(error, nullptr)) return fail(Errc::unavailable, one_line(error.what()));
    throw;
  } catch (const pqxx::broken_connection& error) {
    return fail(Errc::unavailable, one_line(error.what()));
  }
}

}  // namespace

const std::vector<Migration>& builtin_migrations() {
  static const auto migrations = [] {
    std::vector<Migration> result;
    for (const auto& m : migration_texts()) result.push_back({.version = m.version, .name = m.name, .sql = m.sql});
    return result;
  }();
  return migrations;
}

Result<std::vector<std::string>> migrate(const ConnectionOptions& options, std::span<const Migration> known) {
  return with_migrator(options, known, [](Migrator& migrator) { return migrator.apply_missing(); });
}

Result<std::vector<Migration>> migration_status(const ConnectionOptions& options, std::span<const Migration> known) {
  return with_migrator(options, known, [](Migrator& migrator) { return migrator.status(); });
}

Result<std::vector<std::string>> migrate(const ConnectionOptions& options) {
  return migrate(options, builtin_migrations());
}

Result<std::vector<Migration>> migration_status(const ConnectionOptions& options) {
  return migration_status(options, builtin_migrations());
}

}  // namespace dunlin::db
