#include "dunlin/json/writer.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <string>

using dunlin::json::Writer;

TEST_CASE("what the writer writes parses back to what went in", "[json]") {
  Writer w;
  w.begin_object();
  w.field("text", "a \"quoted\" \\ line\n\ttab \x01 end")
      .field("number", -42)
      .field("flag", true)
      .field("none", nullptr);
  w.field("float", 1.5).field("id", dunlin::StatusId{123}).field("empty", std::optional<std::string>{});
  w.key("list").begin_array().value(1).value("two").begin_object().end_object().end_array();
  w.end_object();
  const auto parsed = nlohmann::json::parse(w.str());
  CHECK(parsed["text"] == "a \"quoted\" \\ line\n\ttab \x01 end");
  CHECK(parsed["number"] == -42);
  CHECK(parsed["flag"] == true);
  CHECK(parsed["none"].is_null());
  CHECK(parsed["float"] == 1.5);
  CHECK(parsed["id"] == "123");
  CHECK(parsed["empty"].is_null());
  CHECK(parsed["list"].size() == 3);
}

TEST_CASE("escapes are found wherever they stand in a block of sixteen bytes", "[json]") {
  for (const char special : {'"', '\\', '\n', '\x1f'}) {
    for (std::size_t at = 0; at < 40; ++at) {
      std::string text(40, 'x');
      text[at] = special;
      Writer w;
      w.value(text);
      CHECK(nlohmann::json::parse(w.str()).get<std::string>() == text);
    }
  }
  const std::string utf8 = "dünne Läufer \xF0\x9F\x90\xA6 \x7f";
  Writer w;
  w.value(utf8);
  CHECK(w.str() == "\"" + utf8 + "\"");
}
