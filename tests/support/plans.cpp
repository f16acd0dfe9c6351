#include "support/plans.hpp"

#include "dunlin/db/statement.hpp"

#include <fmt/core.h>
#include <pqxx/connection>
#include <pqxx/nontransaction>
#include <pqxx/result>

#include <algorithm>
#include <stdexcept>

namespace dunlin::test {

std::string plan_of(const Database& database, const std::string& statement) {
  const auto all = db::Statement::all();
  const auto found = std::ranges::find(all, statement, &db::Statement::name);
  if (found == all.end()) throw std::invalid_argument("no statement " + statement);
  pqxx::connection connection(database.url());
  pqxx::nontransaction work(connection);
  work.exec("SET plan_cache_mode = force_generic_plan; SET jit = off");
  work.exec(fmt::format("PREPARE planned AS {}", (*found)->sql()));
  const auto parameters =
      work.exec("SELECT cardinality(parameter_types) FROM pg_prepared_statements").at(0).at(0).as<int>();
  std::string values;
  for (int i = 0; i < parameters; ++i) values += i == 0 ? "NULL" : ", NULL";
  std::string plan;
  for (const auto& line : work.exec(fmt::format("EXPLAIN EXECUTE planned{}", parameters ? "(" + values + ")" : ""))) {
    plan += line.at(0).as<std::string>() + "\n";
  }
  return plan;
}

}  // namespace dunlin::test
