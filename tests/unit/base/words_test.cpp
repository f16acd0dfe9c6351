#include "dunlin/base/words.hpp"

#include <catch2/catch.hpp>

using dunlin::text::is_word_boundary;

TEST_CASE("a word begins and ends where letters, marks, digits and connectors do", "[text][words]") {
  CHECK(is_word_boundary("cat", 0));
  CHECK(is_word_boundary("cat", 3));
  CHECK_FALSE(is_word_boundary("cat", 1));
  CHECK(is_word_boundary("a cat", 1));
  CHECK(is_word_boundary("a cat", 2));
  CHECK_FALSE(is_word_boundary("b_2", 1));
  CHECK_FALSE(is_word_boundary("..", 1));
  CHECK_FALSE(is_word_boundary("", 0));
  CHECK_FALSE(is_word_boundary("über", 2));      // between two letters
  CHECK_FALSE(is_word_boundary("e\u0301a", 1));  // before a mark
  CHECK(is_word_boundary("#cat", 1));
}

TEST_CASE("in scripts without spaces a word may begin and end anywhere", "[text][words]") {
  CHECK(is_word_boundary("白猫黒", 3));
  CHECK(is_word_boundary("ねこcat", 6));
  CHECK(is_word_boundary("แมว", 3));
  CHECK_FALSE(is_word_boundary("고양이", 3));  // Korean has spaces
  CHECK_FALSE(is_word_boundary("。。", 3));
}
