#pragma once

#include "dunlin/base/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// PostgreSQL's text forms (ISO dates in UTC, hex bytea), read back. nullopt: not of that form.
namespace dunlin::db::text_form {

/// `2026-11-23 01:02:03.456789+00` or a bare date (midnight); cut to milliseconds. Years 1..9999.
std::optional<Time> parse_time(std::string_view text);
std::optional<std::string> parse_bytes(std::string_view text);
/// One dimension, without NULL elements.
std::optional<std::vector<std::int64_t>> parse_bigints(std::string_view text);
std::optional<std::vector<std::string>> parse_texts(std::string_view text);

}  // namespace dunlin::db::text_form
