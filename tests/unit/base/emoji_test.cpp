#include "dunlin/base/emoji.hpp"

#include <catch2/catch.hpp>

using dunlin::text::is_emoji;

TEST_CASE("one emoji is an emoji, however many code points it takes", "[text][emoji]") {
  for (const auto* text : {"🐦", "❤", "❤️", "👍🏽", "👨‍👩‍👧", "🇳🇱", "1️⃣", "☕"}) {
    INFO(text);
    CHECK(is_emoji(text));
  }
}

TEST_CASE("anything else is none", "[text][emoji]") {
  for (const auto* text : {"", "a", "1", "#", ":blob:", "🐦🐦", "🐦 ", "🇳", "\xf0\x9f", "ä"}) {
    INFO(text);
    CHECK_FALSE(is_emoji(text));
  }
}
