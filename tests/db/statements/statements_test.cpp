#include "support/postgres.hpp"

#include "dunlin/db/statement.hpp"

#include <catch2/catch.hpp>
#include <fmt/core.h>

#include <set>
#include <string>

using namespace dunlin;

TEST_CASE("every statement is valid on the migrated schema", "[db]") {
  const test::Database database;
  const auto statements = db::Statement::all();
  REQUIRE(!statements.empty());
  for (const auto* statement : statements) {
    INFO(statement->name() << ": " << statement->sql());
    CHECK_NOTHROW(database.run(fmt::format("PREPARE checked AS {}", statement->sql())));
  }
}

TEST_CASE("statement names are unique and name their file", "[db]") {
  std::set<std::string> names;
  for (const auto* statement : db::Statement::all()) {
    const std::string name = statement->name();
    CAPTURE(name);
    CHECK(names.insert(name).second);
    CHECK(name.find('.') != std::string::npos);
  }
}
