#include "support/postgres.hpp"

#include "dunlin/jobs/presence.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <cstdint>
#include <thread>

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

TEST_CASE("a number is taken as long as its process lives", "[jobs][presence]") {
  const Database database(Database::system_clock());
  const auto session = database.new_session();
  const auto taken = [&](std::uint8_t number) {
    return session->write([&](db::Tx& tx) -> Result<bool> { return jobs::is_number_taken(tx, number); }).value();
  };
  CHECK_FALSE(taken(0));
  {
    const auto number = jobs::NodeNumber::claim(database.new_session()).value();
    CHECK(taken(number.value()));
    CHECK_FALSE(taken(number.value() + 2));
  }
  // The server sees a moment later that the connection is gone.
  for (int i = 0; i < 500 && taken(0); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  CHECK_FALSE(taken(0));
}
