#include "dunlin/db/migrate.hpp"

#include "support/postgres.hpp"

#include <catch2/catch.hpp>

#include <future>
#include <vector>

using namespace dunlin;

namespace {

db::Migration migration(const std::string& version, const std::string& sql) {
  return {.version = version, .name = version + "_test.sql", .sql = sql};
}

}  // namespace

TEST_CASE("migrations apply once, and the status tells", "[db]") {
  const auto database = test::Database::empty();
  const db::ConnectionOptions options{.url = database.url()};
  for (const auto& m : db::migration_status(options).value()) CHECK(!m.applied);
  CHECK(db::migrate(options).value().size() == db::builtin_migrations().size());
  CHECK(db::migrate(options).value().empty());
  for (const auto& m : db::migration_status(options).value()) CHECK(m.applied);
}

TEST_CASE("migrations of two programs at once apply once", "[db]") {
  const auto database = test::Database::empty();
  const db::ConnectionOptions options{.url = database.url()};
  auto other = std::async(std::launch::async, [&] { return db::migrate(options).value().size(); });
  const auto ours = db::migrate(options).value().size();
  CHECK(ours + other.get() == db::builtin_migrations().size());
}

TEST_CASE("a changed migration is refused", "[db]") {
  const auto database = test::Database::empty();
  const db::ConnectionOptions options{.url = database.url()};
  REQUIRE(db::migrate(options, std::vector{migration("1", "CREATE TABLE a (id int)")}));
  const auto outcome = db::migrate(options, std::vector{migration("1", "CREATE TABLE a (id bigint)")});
  REQUIRE(!outcome);
  CHECK(outcome.error().code == Errc::invalid);
  CHECK(outcome.error().message == "migration 1_test.sql was changed after it had been applied");
}

TEST_CASE("a newer schema is refused", "[db]") {
  const auto database = test::Database::empty();
  const db::ConnectionOptions options{.url = database.url()};
  const std::vector both{migration("1", "CREATE TABLE a (id int)"), migration("2", "CREATE TABLE b (id int)")};
  REQUIRE(db::migrate(options, both));
  const auto outcome = db::migrate(options, std::span(both).first(1));
  REQUIRE(!outcome);
  CHECK(outcome.error().code == Errc::invalid);
}

TEST_CASE("a failing migration leaves nothing of itself and names itself", "[db]") {
  const auto database = test::Database::empty();
  const db::ConnectionOptions options{.url = database.url()};
  const auto first = migration("1", "CREATE TABLE a (id int)");
  CHECK_THROWS_WITH(db::migrate(options, std::vector{first, migration("2", "CREATE TABLE b (id int); SELECT 1 / 0")}),
                    Catch::Contains("2_test.sql") && Catch::Contains("division by zero"));
  CHECK(db::migrate(options, std::vector{first, migration("2", "CREATE TABLE b (id int)")}).value() ==
        std::vector<std::string>{"2_test.sql"});
}

TEST_CASE("a migration may ask to run outside a transaction", "[db]") {
  const auto database = test::Database::empty();
  const db::ConnectionOptions options{.url = database.url()};
  CHECK(db::migrate(options, std::vector{migration("1", "CREATE TABLE a (id int)"),
                                         migration("2",
                                                   "-- no-transaction\nCREATE INDEX CONCURRENTLY a_id\n  ON a (id);\n"
                                                   "CREATE INDEX CONCURRENTLY a_id2 ON a (id);\n")})
            .value()
            .size() == 2);
}

TEST_CASE("migrating a database that cannot be reached is unavailable", "[db]") {
  const auto outcome = db::migrate({.url = "postgresql://nobody@/none?host=%2Fnonexistent"});
  REQUIRE(!outcome);
  CHECK(outcome.error().code == Errc::unavailable);
}
