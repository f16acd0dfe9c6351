#include "../../../src/net/expiring_map.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>

using namespace std::chrono_literals;
using Map = dunlin::net::ExpiringMap<int, std::string>;

TEST_CASE("what is remembered is forgotten after its time", "[net][expiring]") {
  const Map::TimePoint now{};
  Map map(10);
  map.put(1, "one", now + 5s, now);
  REQUIRE(map.find(1, now + 4s) != nullptr);
  CHECK(*map.find(1, now + 4s) == "one");
  CHECK(map.find(2, now) == nullptr);
  map.put(1, "another", now + 9s, now);
  CHECK(*map.find(1, now + 8s) == "another");
  CHECK(map.find(1, now + 9s) == nullptr);
  CHECK(map.find(1, now) == nullptr);  // gone, not hidden
}

TEST_CASE("a full memory forgets what is over, and all when nothing is", "[net][expiring]") {
  const Map::TimePoint now{};
  Map map(2);
  map.put(1, "short", now + 1s, now);
  map.put(2, "long", now + 9s, now);
  map.put(3, "long", now + 9s, now + 1s);
  CHECK(map.find(1, now) == nullptr);
  CHECK(map.find(2, now) != nullptr);
  map.put(4, "long", now + 9s, now + 1s);
  CHECK(map.find(2, now) == nullptr);
  CHECK(map.find(3, now) == nullptr);
  CHECK(map.find(4, now) != nullptr);
}
