#include "hearing.hpp"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using dunlin::daemon::Hearing;

namespace {

/// `seconds` since it began.
Hearing::Time at(int seconds) {
  return Hearing::Time{} + 1h + std::chrono::seconds(seconds);
}

}  // namespace

TEST_CASE("when nothing is left to read, all is known up to the reading", "[daemon][hearing]") {
  Hearing hearing(at(0));
  CHECK(hearing.knows());
  CHECK(hearing.complete() == at(0));
  CHECK_FALSE(hearing.note({.at = at(2), .next = 10, .settled = 7, .unread = false}));
  CHECK(hearing.complete() == at(2));
}

TEST_CASE("a transaction that stays open holds back what is known, others only until their turn", "[daemon][hearing]") {
  Hearing hearing(at(0));
  hearing.note({.at = at(2), .next = 10, .settled = 8, .unread = true});
  CHECK(hearing.complete() == at(0));
  // There is always one open, never the same: what was there at 2 has been read.
  hearing.note({.at = at(4), .next = 14, .settled = 10, .unread = true});
  CHECK(hearing.complete() == at(2));
  hearing.note({.at = at(6), .next = 18, .settled = 14, .unread = true});
  CHECK(hearing.complete() == at(4));
  // One stays.
  for (int second = 8; second < 20; second += 2) {
    hearing.note({.at = at(second), .next = 20 + second, .settled = 17, .unread = true});
    CHECK(hearing.complete() == at(4));
  }
  hearing.note({.at = at(20), .next = 50, .settled = 50, .unread = false});
  CHECK(hearing.complete() == at(20));
}

TEST_CASE("what was missed is over when the transactions of that time are", "[daemon][hearing]") {
  Hearing hearing(at(0));
  SECTION("none is open: at once") {
    hearing.begin_anew(at(2), 10);
    CHECK_FALSE(hearing.knows());
    CHECK_FALSE(hearing.note({.at = at(2), .next = 10, .settled = 10, .unread = false}));
    CHECK(hearing.knows());
  }
  SECTION("one is open, and tells nobody") {
    hearing.begin_anew(at(2), 10);
    CHECK_FALSE(hearing.note({.at = at(2), .next = 10, .settled = 9, .unread = false}));
    CHECK_FALSE(hearing.note({.at = at(4), .next = 12, .settled = 9, .unread = false}));
    CHECK_FALSE(hearing.knows());
    CHECK(hearing.note({.at = at(6), .next = 13, .settled = 11, .unread = true}));
    CHECK(hearing.knows());
    CHECK_FALSE(hearing.note({.at = at(8), .next = 14, .settled = 14, .unread = false}));
    CHECK(hearing.complete() == at(8));
  }
}
