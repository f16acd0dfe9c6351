#include "dunlin/base/hashtags.hpp"

#include "dunlin/base/text.hpp"

#include <array>
#include <cstddef>

namespace dunlin::text {

namespace {

constexpr char32_t kFirst = 0xe0;
constexpr char32_t kEnd = 0x180;  // Latin-1 and Latin Extended-A: two bytes each in UTF-8

struct Letters {
  std::u32string_view accented;
  char plain;
};
// The lower-case half of Mastodon's table. migrations/202611262010_hashtags.sql has the same.
constexpr std::array<Letters, 19> kLetters{{{U"àáâãäåāăą", 'a'},
                                            {U"çćĉċč", 'c'},
                                            {U"ðďđ", 'd'},
                                            {U"èéêëēĕėęě", 'e'},
                                            {U"ĝğġģ", 'g'},
                                            {U"ĥħ", 'h'},
                                            {U"ìíîïĩīĭįı", 'i'},
                                            {U"ĵ", 'j'},
                                            {U"ķĸ", 'k'},
                                            {U"ĺļľŀł", 'l'},
                                            {U"ñńņňŋ", 'n'},
                                            {U"òóôõöøōŏő", 'o'},
                                            {U"ŕŗř", 'r'},
                                            {U"śŝşš", 's'},
                                            {U"ţťŧ", 't'},
                                            {U"ùúûüũūŭůűų", 'u'},
                                            {U"ŵ", 'w'},
                                            {U"ýÿŷ", 'y'},
                                            {U"źżž", 'z'}}};

constexpr std::array<char, kEnd - kFirst> kPlain = [] {
  std::array<char, kEnd - kFirst> plain{};
  for (const auto& [accented, letter] : kLetters) {
    for (const char32_t c : accented) plain.at(c - kFirst) = letter;
  }
  return plain;
}();

}  // namespace

std::string fold_hashtag(std::string_view name) {
  const std::string folded = fold(name);
  std::string out;
  out.reserve(folded.size());
  for (std::size_t i = 0; i < folded.size(); ++i) {
    const auto lead = static_cast<unsigned char>(folded[i]);
    if (lead >= 0xc3 && lead <= 0xc5 && i + 1 < folded.size()) {
      const char32_t c = ((lead & 0x1fU) << 6U) | (static_cast<unsigned char>(folded[i + 1]) & 0x3fU);
      const char plain = c >= kFirst ? kPlain.at(c - kFirst) : '\0';
      if (plain != '\0') {
        out += plain;
        ++i;
        continue;
      }
    }
    out += folded[i];
  }
  return out;
}

}  // namespace dunlin::text
