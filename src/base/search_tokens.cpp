#include "dunlin/base/text.hpp"
#include "dunlin/base/words.hpp"

#include <unicode/brkiter.h>
#include <unicode/normalizer2.h>
#include <unicode/ubrk.h>
#include <unicode/uscript.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

#include <memory>
#include <stdexcept>
#include <utility>

namespace dunlin::text {
namespace {

constexpr std::size_t kMaxTokens = 5000;
constexpr std::size_t kMaxTokenBytes = 64;
constexpr std::size_t kMaxTextBytes = std::size_t{256} * 1024;
constexpr UChar32 kApostrophe = 0x2019;          // as typographers and telephones write it
constexpr UChar32 kProlongedSoundMark = 0x30fc;  // of no script in particular, but part of Japanese words

void check(UErrorCode status) {
  if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU failed: ") + u_errorName(status));
}

icu::BreakIterator& word_iterator() {
  thread_local const std::unique_ptr<icu::BreakIterator> iterator = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::BreakIterator> made(icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), status));
    check(status);
    return made;
  }();
  return *iterator;
}

UChar32 next_code_point(std::string_view text, std::size_t& at) {
  auto i = static_cast<std::int64_t>(at);
  const auto length = static_cast<std::int64_t>(text.size());
  UChar32 c = 0;
  U8_NEXT(text.data(), i, length, c);
  at = static_cast<std::size_t>(i);
  return c;
}

bool is_cjk(UChar32 c) {
  if (c < 0x1100) return false;
  if (c == kProlongedSoundMark) return true;
  UErrorCode status = U_ZERO_ERROR;
  switch (uscript_getScript(c, &status)) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_HANGUL:
    case USCRIPT_BOPOMOFO:
      return true;
    default:
      return false;
  }
}

bool has_accents(UChar32 c) {  // Latin and Greek
  return (c >= 0xc0 && c <= 0x24f) || (c >= 0x370 && c <= 0x3ff) || (c >= 0x1e00 && c <= 0x1fff);
}

bool is_combining_accent(UChar32 c) {
  return c >= 0x300 && c <= 0x36f;
}

std::string without_accents(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* decomposer = icu::Normalizer2::getNFDInstance(status);
  check(status);
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const UChar32 c = next_code_point(text, at);
    icu::UnicodeString parts;
    if (is_combining_accent(c)) continue;
    if (c == kApostrophe) {
      out += '\'';
    } else if (has_accents(c) && decomposer->getDecomposition(c, parts) != 0) {
      icu::UnicodeString(parts.char32At(0)).toUTF8String(out);
    } else {
      out.append(text.substr(start, at - start));
    }
  }
  return out;
}

class Tokens {
 public:
  Tokens(int first, bool query) : position_(first), query_(query) {}

  void add_words(std::string_view text) {
    UErrorCode status = U_ZERO_ERROR;
    UText view = UTEXT_INITIALIZER;
    utext_openUTF8(&view, text.data(), static_cast<std::int64_t>(text.size()), &status);
    check(status);
    auto& iterator = word_iterator();
    iterator.setText(&view, status);
    std::int32_t begin = 0;
    for (auto end = iterator.next(); end != icu::BreakIterator::DONE; begin = end, end = iterator.next()) {
      if (iterator.getRuleStatus() < UBRK_WORD_NONE_LIMIT) continue;  // spaces, punctuation
      add(text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)), false);
    }
    utext_close(&view);
    check(status);
  }

  /// A run of Chinese, Japanese or Korean.
  void add_pairs(std::string_view run) {
    std::size_t first = 0;
    std::size_t second = 0;
    next_code_point(run, second);
    if (second == run.size()) return add(run, query_);
    while (second < run.size()) {
      std::size_t end = second;
      next_code_point(run, end);
      add(run.substr(first, end - first), false);
      first = second;
      second = end;
    }
    // The last one by itself, so that it is found when it is asked for alone.
    if (!query_) add(run.substr(first), false);
  }

  std::vector<SearchToken> take() { return std::move(tokens_); }

 private:
  void add(std::string_view token, bool prefix) {
    if (tokens_.size() >= kMaxTokens) return;
    tokens_.push_back(
        {.text = std::string(truncate_utf8(token, kMaxTokenBytes)), .position = position_++, .prefix = prefix});
  }

  std::vector<SearchToken> tokens_;
  int position_;
  const bool query_;
};

std::vector<SearchToken> tokenise(std::string_view text, int first, bool query) {
  const std::string folded = without_accents(fold(truncate_utf8(text, kMaxTextBytes)));
  const std::string_view all = folded;
  Tokens tokens(first, query);
  std::size_t begin = 0;  // of the present run of either kind
  bool cjk = false;
  const auto flush = [&](std::size_t end) {
    if (begin == end) return;
    const auto run = all.substr(begin, end - begin);
    if (cjk) {
      tokens.add_pairs(run);
    } else {
      tokens.add_words(run);
    }
    begin = end;
  };
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t start = at;
    const bool is = is_cjk(next_code_point(all, at));
    if (is != cjk) flush(start);
    cjk = is;
  }
  flush(all.size());
  return tokens.take();
}

}  // namespace

std::vector<SearchToken> search_tokens(std::string_view text, int first) {
  return tokenise(text, first, false);
}

std::vector<SearchToken> query_tokens(std::string_view text) {
  return tokenise(text, 1, true);
}

}  // namespace dunlin::text
