#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Words in the sense of Unicode.
namespace dunlin::text {

/// At byte `at` of `text` a word may begin or end: one of the neighbours is part of a word (a letter, mark, digit or
/// connector, as for \b of regular expressions; UTS #18) and the other is not, or one of them is of a script that is
/// written without spaces (Chinese, Japanese, Thai, ...). Beyond the ends of the text there is no word.
bool is_word_boundary(std::string_view text, std::size_t at);

/// A token of full-text search: folded, without accents, at most 64 bytes.
struct SearchToken {
  std::string text;
  int position = 0;     // counted from `first`
  bool prefix = false;  // of a query: also what begins with it
};

/// What a text is found by. Words, as ICU divides the text; Chinese, Japanese and Korean as each two neighbouring
/// characters, because no dictionary divides them the same way in every context. At most 5,000.
std::vector<SearchToken> search_tokens(std::string_view text, int first = 1);
/// The same for what is looked for: a text that has it between its words matches these, one after the other. A lone
/// Chinese, Japanese or Korean character matches where it is the first of a pair, or the last of all.
std::vector<SearchToken> query_tokens(std::string_view text);

}  // namespace dunlin::text
