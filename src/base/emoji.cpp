#include "dunlin/base/emoji.hpp"

#include "dunlin/base/text.hpp"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <cstdint>

namespace dunlin::text {

namespace {

constexpr UChar32 kKeycap = 0x20e3;
constexpr std::size_t kLongestEmojiBytes = 64;

}  // namespace

bool is_emoji(std::string_view text) {
  if (text.empty() || text.size() > kLongestEmojiBytes || !is_valid_utf8(text) || count_graphemes(text) != 1)
    return false;
  int regional = 0;
  bool pictographic = false;
  bool keycap = false;
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(text.size());) {
    UChar32 c = 0;
    U8_NEXT(text.data(), i, static_cast<std::int32_t>(text.size()), c);
    regional += u_hasBinaryProperty(c, UCHAR_REGIONAL_INDICATOR) != 0 ? 1 : 0;
    pictographic |= u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC) != 0;
    keycap |= c == kKeycap;
  }
  return pictographic || keycap || regional == 2;
}

}  // namespace dunlin::text
