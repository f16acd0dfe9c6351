#include "dunlin/json/canonical.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <limits>
#include <string>
#include <utility>

namespace dunlin::json {

using Json = nlohmann::json;

TEST_CASE("RFC 8785 3.2.4: the sample of the specification", "[json][canonical]") {
  const auto value = Json::parse(R"({
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]})");
  CHECK(canonical(value) ==
        "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
        "\"string\":\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
}

TEST_CASE("RFC 8785 3.2.3: members in the order of UTF-16 units", "[json][canonical]") {
  const auto value =
      Json::parse(R"({"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh",
    "1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"})");
  const auto text = canonical(value);
  const std::string order[] = {"Carriage Return", "One", "Control", "Latin Small", "Euro", "Emoji", "Hebrew"};
  std::size_t at = 0;
  for (const auto& name : order) {
    const auto found = text.find(name);
    REQUIRE(found != std::string::npos);
    CHECK(found >= at);
    at = found;
  }
}

TEST_CASE("numbers are written as ECMAScript does", "[json][canonical]") {
  const std::pair<double, const char*> kNumbers[] = {{0.0, "0"},
                                                     {-0.0, "0"},
                                                     {1.0, "1"},
                                                     {-1.5, "-1.5"},
                                                     {1e21, "1e+21"},
                                                     {1e20, "100000000000000000000"},
                                                     {1e-6, "0.000001"},
                                                     {1e-7, "1e-7"},
                                                     {123456.789, "123456.789"},
                                                     {5e-324, "5e-324"},
                                                     {1.7976931348623157e308, "1.7976931348623157e+308"},
                                                     {9007199254740994.0, "9007199254740994"}};
  for (const auto& [number, text] : kNumbers) CHECK(canonical(Json(number)) == text);
  CHECK(canonical(Json(std::int64_t{-42})) == "-42");
  CHECK(canonical(Json(std::numeric_limits<std::uint64_t>::max())) == "18446744073709552000");
}

}  // namespace dunlin::json
