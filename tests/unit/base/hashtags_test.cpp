#include "dunlin/base/hashtags.hpp"

#include <catch2/catch.hpp>

using dunlin::text::fold_hashtag;

TEST_CASE("hashtags compare without case and without accents of Latin letters", "[base][hashtag]") {
  CHECK(fold_hashtag("Café") == "cafe");
  CHECK(fold_hashtag("ŁÓDŹ") == "lodz");
  CHECK(fold_hashtag("Straße") == "strasse");
  CHECK(fold_hashtag("Ísland_Øl") == "island_ol");
  CHECK(fold_hashtag("naïveté") == fold_hashtag("NAIVETE"));
}

TEST_CASE("hashtags of other scripts keep their letters", "[base][hashtag]") {
  CHECK(fold_hashtag("Ёлка") == "ёлка");
  CHECK(fold_hashtag("Việt") == "việt");
  CHECK(fold_hashtag("ポケモン") == "ポケモン");
  CHECK(fold_hashtag("ﾎﾟｹﾓﾝ") == "ポケモン");
  CHECK(fold_hashtag("a÷b") == "a÷b");
}
