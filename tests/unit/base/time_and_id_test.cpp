#include "dunlin/base/error.hpp"
#include "dunlin/base/id.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/base/time_format.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <thread>

using namespace dunlin;
using namespace std::chrono_literals;

namespace {

struct FixedClock final : Clock {
  Time time = Time{1'795'287'600'123ms};
  [[nodiscard]] Time now() const override { return time; }
};

Result<int> half(int n) {
  if (n % 2 != 0) return fail(Errc::invalid, "odd", "detail");
  return n / 2;
}
Result<void> check_quarter(int n) {
  TRY_VOID(half(TRY(half(n))));
  return {};
}

}  // namespace

TEST_CASE("TRY passes values on and errors up", "[base][result]") {
  CHECK(check_quarter(8).has_value());
  const auto bad = check_quarter(6);
  REQUIRE_FALSE(bad.has_value());
  CHECK(bad.error().code == Errc::invalid);
  CHECK(bad.error().detail == "detail");
  CHECK(std::string_view(to_string(Errc::need_remote)) == "need_remote");
}

TEST_CASE("times are written in the API's and HTTP's forms", "[base][time]") {
  const Time time{1'795'287'600'007ms};
  CHECK(format_iso8601(time) == "2026-11-21T19:00:00.007Z");
  CHECK(format_date(time) == "2026-11-21");
  CHECK(format_http_date(time) == "Sat, 21 Nov 2026 19:00:00 GMT");
  CHECK(format_iso8601(Time{}) == "1970-01-01T00:00:00.000Z");
}

TEST_CASE("RFC 3339 times are read in all their spellings", "[base][time]") {
  const Time time{1'795'287'600'000ms};
  for (const std::string_view good : {"2026-11-21T19:00:00Z", "2026-11-21t19:00:00.000z", "2026-11-21 19:00:00",
                                      "2026-11-21T20:30:00+01:30", "2026-11-21T14:00:00.0000009-0500"}) {
    CAPTURE(good);
    CHECK(parse_iso8601(good) == time);
  }
  CHECK(parse_iso8601("2026-11-21T19:00:00.5Z") == time + 500ms);
  CHECK(parse_iso8601("2016-12-31T23:59:60Z") == parse_iso8601("2017-01-01T00:00:00Z"));
}

TEST_CASE("what is not a time is refused", "[base][time]") {
  for (const std::string_view bad :
       {"", "2026", "2026-11-21", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-21T24:00:00Z",
        "2026-11-21T19:60:00Z", "2026-11-21T19:00:00.Z", "2026-11-21T19:00:00Z ", "2026-11-21T19:00:00+1", "x",
        "2026-11-21T19:00:00+25:00", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00+01:00", "20261-11-21T19:00:00Z",
        "2026-11-21T19:00:00ZZ", "-026-11-21T19:00:00Z", "2026-00-10T00:00:00Z"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_iso8601(bad));
  }
}

TEST_CASE("HTTP dates are IMF-fixdate and nothing else", "[base][time]") {
  CHECK(parse_http_date("Sat, 21 Nov 2026 19:00:00 GMT") == Time{1'795'287'600'000ms});
  for (const std::string_view bad :
       {"", "Sat, 21 Nov 2026 19:00:00", "Sat, 21 Nov 2026 19:00:00 UTC", "Saturday, 21-Nov-26 19:00:00 GMT",
        "Sat Nov 21 19:00:00 2026", "Sat, 31 Feb 2026 19:00:00 GMT", "sat, 21 nov 2026 19:00:00 gmt",
        "Sat, 21 Nov 2026 19:00:00 GMT "}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_http_date(bad));
  }
}

TEST_CASE("ids are digits of a positive 64-bit number", "[base][id]") {
  CHECK(StatusId::parse("117653") == StatusId{117653});
  CHECK(StatusId::parse("9223372036854775807"));
  for (const std::string_view bad : {"", "0", "-1", "+1", "1a", " 1", "9223372036854775808", "1.0"}) {
    CAPTURE(bad);
    CHECK_FALSE(StatusId::parse(bad));
  }
}

TEST_CASE("ids grow strictly, even when the clock stands or goes back", "[base][id]") {
  FixedClock clock;
  IdGenerator ids(clock, 7);
  auto last = ids.next<StatusId>();
  CHECK(last.value >> 16 == clock.time.time_since_epoch().count());
  for (int i = 0; i < 1000; ++i) {
    if (i == 500) clock.time -= 1h;
    const auto next = ids.next<StatusId>();
    REQUIRE(next > last);
    CHECK((next.value & 0xff) == 7);
    last = next;
  }
}

TEST_CASE("threads and nodes never make the same id", "[base][id]") {
  const FixedClock clock;
  IdGenerator first(clock, 1);
  IdGenerator second(clock, 2);
  std::array<std::vector<std::int64_t>, 4> made;
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < made.size(); ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 500; ++i) made[t].push_back((t % 2 == 0 ? first : second).next<StatusId>().value);
      });
    }
  }
  std::set<std::int64_t> all;
  for (const auto& part : made) all.insert(part.begin(), part.end());
  CHECK(all.size() == 2000);
}

TEST_CASE("an id at a past time sorts by that time and does not repeat soon", "[base][id]") {
  const FixedClock clock;
  IdGenerator ids(clock);
  const Time then = clock.time - 24h;
  std::set<std::int64_t> seen;
  for (int i = 0; i < 2000; ++i) {
    const auto id = ids.at<StatusId>(then);
    CHECK(id.value >> 16 == then.time_since_epoch().count());
    seen.insert(id.value);
  }
  CHECK(seen.size() == 2000);
  CHECK(ids.at<StatusId>(Time{-5ms}).value > 0);
  CHECK(ids.at<StatusId>(*parse_iso8601("9999-01-01T00:00:00Z")).value > 0);
}
