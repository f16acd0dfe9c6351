#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::text {

/// ASCII only; other bytes stay.
std::string to_lower_ascii(std::string_view text);
bool equals_ignore_case(std::string_view a, std::string_view b);
bool starts_with_ignore_case(std::string_view text, std::string_view prefix);
std::string_view trim(std::string_view text);
/// Empty parts are kept.
std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string replace_all(std::string text, std::string_view from, std::string_view to);

bool is_valid_utf8(std::string_view text);
/// Invalid sequences become U+FFFD; NUL is removed (PostgreSQL stores neither).
std::string to_valid_utf8(std::string_view text);
/// User-perceived characters (UAX #29 extended grapheme clusters).
std::size_t count_graphemes(std::string_view text);
/// At most `count` graphemes from the start, never splitting one.
std::string_view truncate_graphemes(std::string_view text, std::size_t count);
/// At most `bytes` bytes, cut at a code point border.
std::string_view truncate_utf8(std::string_view text, std::size_t bytes);
/// Full Unicode case folding + NFKC: the key under which hashtags and names compare.
std::string fold(std::string_view text);

/// `&`, `<`, `>`, `"`, `'` as entities: safe in element content and quoted attributes.
std::string escape_html(std::string_view text);
std::string percent_encode(std::string_view text);
/// Bad escapes: nullopt. `plus_is_space` for form bodies and queries.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);
std::string base64_encode(std::string_view bytes);
std::string base64url_encode(std::string_view bytes);                // without padding
std::optional<std::string> base64_decode(std::string_view text);     // standard alphabet, padding required
std::optional<std::string> base64url_decode(std::string_view text);  // padding optional
std::string hex_encode(std::string_view bytes);
/// Same length and bytes, in time that depends on the length only.
bool equals_constant_time(std::string_view a, std::string_view b);
/// Edits (insert, delete, replace) from a to b: "did you mean".
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace dunlin::text
