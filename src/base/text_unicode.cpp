#include "dunlin/base/text.hpp"

#include <unicode/brkiter.h>
#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace dunlin::text {
namespace {

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

void check(UErrorCode status) {
  if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU failed: ") + u_errorName(status));
}

/// Making a break iterator costs far more than using one, hence one per thread.
icu::BreakIterator& grapheme_iterator() {
  thread_local const std::unique_ptr<icu::BreakIterator> iterator = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::BreakIterator> made(
        icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), status));
    check(status);
    return made;
  }();
  return *iterator;
}

/// Walks over at most `limit` graphemes; their number and the byte where they end.
struct Walk {
  std::size_t count = 0;
  std::size_t end = 0;
};

Walk walk_graphemes(std::string_view text, std::size_t limit) {
  UErrorCode status = U_ZERO_ERROR;
  UText view = UTEXT_INITIALIZER;
  utext_openUTF8(&view, text.data(), static_cast<std::int64_t>(text.size()), &status);
  check(status);
  icu::BreakIterator& iterator = grapheme_iterator();
  iterator.setText(&view, status);
  Walk walk;
  while (walk.count < limit) {
    const auto next = iterator.next();
    if (next == icu::BreakIterator::DONE) break;
    walk.end = static_cast<std::size_t>(next);
    ++walk.count;
  }
  utext_close(&view);
  check(status);
  return walk;
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
  const auto length = static_cast<std::int64_t>(text.size());
  for (std::int64_t i = 0; i < length;) {
    UChar32 c = 0;
    U8_NEXT(text.data(), i, length, c);
    if (c < 0) return false;
  }
  return true;
}

std::string to_valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  const auto length = static_cast<std::int64_t>(text.size());
  for (std::int64_t i = 0; i < length;) {
    const std::int64_t start = i;
    UChar32 c = 0;
    U8_NEXT(text.data(), i, length, c);
    if (c < 0) {
      out += "\uFFFD";
    } else if (c != 0) {
      out += text.substr(static_cast<std::size_t>(start), static_cast<std::size_t>(i - start));
    }
  }
  return out;
}

std::size_t count_graphemes(std::string_view text) {
  // In ASCII only CR LF is more than one byte.
  if (is_ascii(text) && text.find('\r') == std::string_view::npos) return text.size();
  return walk_graphemes(text, text.size()).count;
}

std::string_view truncate_graphemes(std::string_view text, std::size_t count) {
  if (text.size() <= count) return text;
  return text.substr(0, walk_graphemes(text, count).end);
}

std::string_view truncate_utf8(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  std::size_t end = bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

std::string fold(std::string_view text) {
  if (is_ascii(text)) return to_lower_ascii(text);
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = icu::Normalizer2::getNFKCCasefoldInstance(status);
  check(status);
  std::string out;
  icu::StringByteSink<std::string> sink(&out, static_cast<std::int32_t>(text.size()));
  normalizer->normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())), sink, nullptr,
                            status);
  check(status);
  return out;
}

}  // namespace dunlin::text
