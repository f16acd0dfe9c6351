#include "dunlin/json/parse.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <string>

namespace json = dunlin::json;

TEST_CASE("documents within the limits are parsed", "[json]") {
  const auto parsed = json::parse(R"({"a":[1,{"b":null}]})");
  REQUIRE(parsed);
  CHECK((*parsed)["a"][0] == 1);
}

// 8.16, R16
TEST_CASE("hostile documents are refused without an exception", "[json]") {
  CHECK_FALSE(json::parse(""));
  CHECK_FALSE(json::parse("{"));
  CHECK_FALSE(json::parse("{} trailing"));
  CHECK_FALSE(json::parse("\"\xff\xfe\""));
  CHECK_FALSE(json::parse(R"("\ud83d")"));
  CHECK_FALSE(json::parse(R"("\udd8a\ud83d")"));
  CHECK(json::parse("[9007199254740993, 123456789012345678901234567890, -1e300]"));
  CHECK_FALSE(json::parse(R"({"a":1,"a":2})"));
  CHECK_FALSE(json::parse(R"({"x":{"a":1,"b":{"a":1},"a":2}})"));
  CHECK_FALSE(json::parse(std::string(100'000, '[')));
  CHECK_FALSE(json::parse("[" + std::string(33, '[') + std::string(33, ']') + "]"));
  CHECK(json::parse(R"({"a":{"a":1},"b":{"a":1}})"));
  std::string wide = "[0";
  for (int i = 0; i < 20'000; ++i) wide += ",0";
  CHECK_FALSE(json::parse(wide + "]"));
}
