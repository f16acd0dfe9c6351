#include "dunlin/base/words.hpp"

#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include <cstdint>

namespace dunlin::text {
namespace {

constexpr UChar32 kNone = -1;

bool is_word_character(UChar32 c) {
  constexpr auto kParts = U_GC_L_MASK | U_GC_M_MASK | U_GC_ND_MASK | U_GC_PC_MASK;
  return c != kNone && (U_GET_GC_MASK(c) & kParts) != 0;
}

bool is_written_without_spaces(UChar32 c) {
  if (c < 0x0e00) return false;  // Thai is the first of these scripts
  UErrorCode status = U_ZERO_ERROR;
  switch (uscript_getScript(c, &status)) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_THAI:
    case USCRIPT_LAO:
    case USCRIPT_KHMER:
    case USCRIPT_MYANMAR:
      return true;
    default:
      return false;
  }
}

}  // namespace

bool is_word_boundary(std::string_view text, std::size_t at) {
  UChar32 before = kNone;
  UChar32 after = kNone;
  if (at > 0) {
    auto i = static_cast<std::int32_t>(at);
    U8_PREV(text.data(), 0, i, before);
  }
  if (at < text.size()) {
    auto i = static_cast<std::int64_t>(at);
    const auto length = static_cast<std::int64_t>(text.size());
    U8_NEXT(text.data(), i, length, after);
  }
  if (is_word_character(before) != is_word_character(after)) return true;
  return is_word_character(before) && (is_written_without_spaces(before) || is_written_without_spaces(after));
}

}  // namespace dunlin::text
