#include "html.hpp"

#include "dunlin/base/text.hpp"

#include <fmt/core.h>

#include <array>
#include <chrono>
#include <stdexcept>

namespace dunlin::web {

Html& Html::add(std::string_view markup, std::initializer_list<std::string_view> values) {
  for (const std::string_view value : values) {
    const std::size_t place = markup.find("{}");
    if (place == std::string_view::npos) throw std::logic_error("more values than places in markup");
    out_ += markup.substr(0, place);
    out_ += text::escape_html(value);
    markup.remove_prefix(place + 2);
  }
  out_ += markup;
  return *this;
}

Html& Html::raw(std::string_view markup) {
  out_ += markup;
  return *this;
}

std::string_view safe_href(std::string_view url) {
  const bool web = text::starts_with_ignore_case(url, "https://") || text::starts_with_ignore_case(url, "http://");
  return web ? url : "#";
}

std::string readable_day(Time time) {
  static constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(time));
  return fmt::format("{} {} {}", static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()));
}

std::string readable_time(Time time) {
  const auto minutes =
      std::chrono::floor<std::chrono::minutes>(time - std::chrono::floor<std::chrono::days>(time)).count();
  return fmt::format("{}, {:02}:{:02} UTC", readable_day(time), minutes / 60, minutes % 60);
}

std::string readable_count(std::int64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, " ");
  return digits;
}

}  // namespace dunlin::web
