#include "retry_after.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/base/time_format.hpp"

#include <charconv>
#include <cstdint>

namespace dunlin::net {

std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value, Time now) {
  value = text::trim(value);
  if (value.empty()) return std::nullopt;
  std::uint32_t seconds = 0;
  const auto [end, ec] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (ec == std::errc{} && end == value.data() + value.size()) return std::chrono::seconds(seconds);
  const auto date = parse_http_date(value);
  if (!date || *date <= now) return std::nullopt;
  return *date - now;
}

}  // namespace dunlin::net
