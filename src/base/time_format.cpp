#include "dunlin/base/time_format.hpp"

#include <fmt/core.h>

#include <array>
#include <chrono>

namespace dunlin {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::array<std::string_view, 7> kWeekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Parts {
  std::chrono::year_month_day date;
  std::chrono::weekday weekday;
  std::chrono::hh_mm_ss<milliseconds> clock;
};

Parts take_apart(Time time) {
  const auto day = std::chrono::floor<days>(time);
  return {std::chrono::year_month_day{day}, std::chrono::weekday{day}, std::chrono::hh_mm_ss<milliseconds>{time - day}};
}

/// Reads a fixed text from left to right; after the first mismatch everything fails.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  int number(std::size_t digits) {
    if (rest_.size() < digits) return no();
    int value = 0;
    for (const char c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9') return no();
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    return value;
  }
  bool accept(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(std::string_view any_of) {
    if (!accept(any_of)) no();
  }
  template <std::size_t N>
  int name(const std::array<std::string_view, N>& names) {
    for (std::size_t i = 0; i < N; ++i) {
      if (!rest_.starts_with(names[i])) continue;
      rest_.remove_prefix(names[i].size());
      return static_cast<int>(i);
    }
    return no();
  }
  /// The digits after a decimal point, cut to milliseconds.
  milliseconds fraction() {
    int value = 0;
    int seen = 0;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      if (seen < 3) value = value * 10 + (rest_.front() - '0');
      ++seen;
      rest_.remove_prefix(1);
    }
    if (seen == 0) no();
    for (int i = seen; i < 3; ++i) value *= 10;
    return milliseconds{value};
  }
  [[nodiscard]] bool at_end() const { return good_ && rest_.empty(); }
  [[nodiscard]] std::string_view rest() const { return rest_; }
  int no() {
    good_ = false;
    return 0;
  }

 private:
  std::string_view rest_;
  bool good_ = true;
};

std::optional<Time> make_time(int year, int month, int day, int hour, int minute, int second) {
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  // A leap second (60) counts as the first second of the next minute.
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return Time{std::chrono::sys_days{date}} + hours{hour} + minutes{minute} + seconds{second};
}

std::optional<Time> in_range(Time time) {
  const auto year = take_apart(time).date.year();
  if (year < std::chrono::year{1970} || year > std::chrono::year{9999}) return std::nullopt;
  return time;
}

}  // namespace

std::string format_iso8601(Time time) {
  const Parts p = take_apart(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(p.date.year()),
                     static_cast<unsigned>(p.date.month()), static_cast<unsigned>(p.date.day()),
                     p.clock.hours().count(), p.clock.minutes().count(), p.clock.seconds().count(),
                     p.clock.subseconds().count());
}

std::string format_date(Time time) {
  const Parts p = take_apart(time);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(p.date.year()), static_cast<unsigned>(p.date.month()),
                     static_cast<unsigned>(p.date.day()));
}

std::string format_http_date(Time time) {
  const Parts p = take_apart(time);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kWeekdays[p.weekday.c_encoding()],
                     static_cast<unsigned>(p.date.day()), kMonths[static_cast<unsigned>(p.date.month()) - 1],
                     static_cast<int>(p.date.year()), p.clock.hours().count(), p.clock.minutes().count(),
                     p.clock.seconds().count());
}

std::optional<Time> parse_iso8601(std::string_view text) {
  Reader in(text);
  const int year = in.number(4);
  in.expect("-");
  const int month = in.number(2);
  in.expect("-");
  const int day = in.number(2);
  in.expect("Tt ");
  const int hour = in.number(2);
  in.expect(":");
  const int minute = in.number(2);
  in.expect(":");
  const int second = in.number(2);
  const milliseconds fraction = in.accept(".,") ? in.fraction() : milliseconds{0};
  minutes offset{0};
  if (!in.rest().empty() && !in.accept("Zz")) {
    const bool west = in.rest().front() == '-';
    in.expect("+-");
    const int offset_hours = in.number(2);
    in.accept(":");
    const int offset_minutes = in.number(2);
    if (offset_hours > 23 || offset_minutes > 59) in.no();
    offset = hours{offset_hours} + minutes{offset_minutes};
    if (west) offset = -offset;
  }
  if (!in.at_end()) return std::nullopt;
  const auto time = make_time(year, month, day, hour, minute, second);
  return time ? in_range(*time + fraction - offset) : std::nullopt;
}

std::optional<Time> parse_http_date(std::string_view text) {
  Reader in(text);
  in.name(kWeekdays);
  in.expect(",");
  in.expect(" ");
  const int day = in.number(2);
  in.expect(" ");
  const int month = in.name(kMonths) + 1;
  in.expect(" ");
  const int year = in.number(4);
  in.expect(" ");
  const int hour = in.number(2);
  in.expect(":");
  const int minute = in.number(2);
  in.expect(":");
  const int second = in.number(2);
  for (const std::string_view letter : {" ", "G", "M", "T"}) in.expect(letter);
  if (!in.at_end()) return std::nullopt;
  const auto time = make_time(year, month, day, hour, minute, second);
  return time ? in_range(*time) : std::nullopt;
}

}  // namespace dunlin
