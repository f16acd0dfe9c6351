#include "support/postgres.hpp"

#include "dunlin/jobs/presence.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using namespace dunlin::test;

TEST_CASE("processes on one database take different numbers, and leave 1 to commands", "[jobs][presence]") {
  const Database database(Database::system_clock());
  const auto first = jobs::NodeNumber::claim(database.new_session()).value();
  const auto second = jobs::NodeNumber::claim(database.new_session()).value();
  const auto third = jobs::NodeNumber::claim(database.new_session()).value();
  CHECK(first.value() == 0);
  CHECK(second.value() == 2);
  CHECK(third.value() == 3);
}
