#include "dunlin/base/recent_map.hpp"

#include <catch2/catch.hpp>

#include <string>

using dunlin::RecentMap;

TEST_CASE("a recent map keeps what was asked for lately, within its limit", "[base]") {
  RecentMap<int, std::string> map(10);
  for (int i = 0; i < 5; ++i) map.put(i, "x", 1);
  map.put(5, "x", 1);  // the young half is full: the first five are old now
  REQUIRE(map.find(0) != nullptr);
  for (int i = 6; i < 9; ++i) map.put(i, "x", 1);
  map.put(9, "x", 1);  // and now forgotten, but for the one that was asked for
  CHECK(map.find(0) != nullptr);
  CHECK(map.find(1) == nullptr);
  CHECK(map.find(9) != nullptr);
  CHECK(map.cost() <= 10);
}

TEST_CASE("a recent map counts what it holds, wherever that is", "[base]") {
  RecentMap<int, int> map(8);
  for (int i = 0; i < 6; ++i) map.put(i, i, 1);
  CHECK(map.cost() == map.size());
  map.put(1, 100, 1);
  CHECK(*map.find(1) == 100);
  map.erase(0);
  map.erase(5);
  map.erase(77);
  CHECK(map.cost() == map.size());
  map.erase_if([](int value) { return value == 100; });
  CHECK(map.find(1) == nullptr);
  CHECK(map.cost() == map.size());
  map.put(9, 9, 5);  // larger than a half
  CHECK(map.find(9) == nullptr);
  map.clear();
  CHECK(map.cost() == 0);
}
