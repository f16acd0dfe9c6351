#pragma once

#include "dunlin/base/clock.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dunlin {

/// `2026-11-23T01:02:03.456Z`: the API's and our documents' form.
std::string format_iso8601(Time time);
/// `2026-11-23`.
std::string format_date(Time time);
/// RFC 9110 IMF-fixdate, `Sun, 23 Nov 2026 01:02:03 GMT`.
std::string format_http_date(Time time);

/// RFC 3339 with or without fraction, with `Z`, an offset or (assumed UTC) none. Years 1970..9999.
std::optional<Time> parse_iso8601(std::string_view text);
/// RFC 9110 IMF-fixdate only.
std::optional<Time> parse_http_date(std::string_view text);

}  // namespace dunlin
