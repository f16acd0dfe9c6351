#include "connect.hpp"

#include "dunlin/base/text.hpp"

#include <fmt/core.h>
#include <pqxx/except>
#include <pqxx/nontransaction>

#include <algorithm>
#include <chrono>

namespace dunlin::db {

std::string with_parameter(std::string url, std::string_view key, std::string_view value) {
  if (url.find(fmt::format("{}=", key)) != std::string::npos) return url;
  if (!url.starts_with("postgresql://") && !url.starts_with("postgres://")) {
    return fmt::format("{} {}={}", url, key, value);
  }
  const char separator = url.find('?') == std::string::npos ? '?' : '&';
  return fmt::format("{}{}{}={}", url, separator, key, text::percent_encode(value));
}

std::unique_ptr<pqxx::connection> connect(const ConnectionOptions& options) {
  // libpq counts whole seconds and takes 1 as 2.
  const auto seconds =
      std::max<std::int64_t>(2, std::chrono::ceil<std::chrono::seconds>(options.connect_timeout).count());
  auto connection =
      std::make_unique<pqxx::connection>(with_parameter(options.url, "connect_timeout", std::to_string(seconds)));
  pqxx::nontransaction setup(*connection);
  setup.exec(fmt::format(
      "SET client_min_messages = error; SET application_name = 'dunlin'; SET client_encoding = 'UTF8';"
      "SET timezone = 'UTC'; SET datestyle = 'ISO, YMD'; SET bytea_output = 'hex';"
      // Planning a joined query anew costs ten times its execution, and the plan does not depend on the values.
      "SET plan_cache_mode = force_generic_plan; SET jit = off;"
      "SET default_transaction_read_only = on; SET dunlin.tells = {}; SET statement_timeout = {}",
      options.changes != nullptr ? "on" : "off", options.statement_timeout.count()));
  return connection;
}

bool is_outage(const std::exception& error, const pqxx::connection* connection) {
  if (dynamic_cast<const pqxx::broken_connection*>(&error) != nullptr) return true;
  // Class 57P: shut down by an administrator or a crash, or starting up.
  const auto* const sql = dynamic_cast<const pqxx::sql_error*>(&error);
  if (sql != nullptr && sql->sqlstate().starts_with("57P")) return true;
  return connection != nullptr && !connection->is_open();
}

std::string one_line(std::string_view message) {
  std::string line(text::trim(message));
  std::ranges::replace_if(line, [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return line;
}

}  // namespace dunlin::db
