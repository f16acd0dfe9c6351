#include "dunlin/media_worker/blurhash.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <vector>

using dunlin::media_worker::blurhash;

TEST_CASE("a blurhash tells the mean colour and has as many components as its form", "[media][blurhash]") {
  const std::vector<std::uint8_t> white(32UL * 32UL * 3UL, 255);
  const auto flat = blurhash(white, 32, 32);
  CHECK(flat.size() == 4 + 2 * 4 * 3);
  CHECK(flat.substr(0, 6) == "L9TSUA");  // 4 by 3 components, the least contrast there is, 0xffffff
  const std::vector<std::uint8_t> black(16UL * 32UL * 3UL, 0);
  const auto upright = blurhash(black, 16, 32);
  CHECK(upright.substr(0, 6) == "T00000");  // 3 by 4
}

TEST_CASE("left and right differ in a blurhash", "[media][blurhash]") {
  std::vector<std::uint8_t> half(32UL * 32UL * 3UL, 0);
  for (std::size_t i = 0; i < half.size(); ++i) half[i] = (i / 3) % 32 < 16 ? 255 : 0;
  std::vector<std::uint8_t> other(half.rbegin(), half.rend());
  CHECK(blurhash(half, 32, 32) != blurhash(other, 32, 32));
  CHECK(blurhash(half, 32, 32).substr(2, 4) == blurhash(other, 32, 32).substr(2, 4));
}
