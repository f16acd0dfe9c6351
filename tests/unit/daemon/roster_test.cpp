#include "roster.hpp"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using dunlin::daemon::Roster;
using Heard = Roster::Heard;

namespace {

/// Seconds since it began.
Roster::Time at(int seconds) {
  return Roster::Time{} + 1h + std::chrono::seconds(seconds);
}

constexpr Roster::Options kOptions{.greeting = 30s, .silence = 100s, .margin = 10s};

Roster make_roster() {
  return {7, kOptions, at(0)};
}

/// As the daemon does: each greeting is sent when it is due.
void greet_until(Roster& roster, int seconds) {
  for (int second = 0; second <= seconds; ++second) {
    if (roster.must_greet(at(second))) roster.greeted(at(second));
  }
}

}  // namespace

TEST_CASE("whoever is alone tells nobody, once it is certain that nobody is there", "[daemon][roster]") {
  auto roster = make_roster();
  greet_until(roster, 100);
  CHECK(roster.is_alone());
  CHECK_FALSE(roster.forget_silent(at(100)));
  CHECK(roster.forget_silent(at(101)));
  CHECK_FALSE(roster.forget_silent(at(102)));  // it is done
  CHECK(roster.assume_others(at(103)));
  CHECK_FALSE(roster.forget_silent(at(203)));
  CHECK(roster.forget_silent(at(204)));
}

TEST_CASE("who greets in time stays, who is silent for longer is gone", "[daemon][roster]") {
  auto roster = make_roster();
  CHECK(roster.hear("here 8", at(0)) == Heard::newcomer);
  CHECK(roster.hear("here 9", at(0)) == Heard::newcomer);
  CHECK(roster.hear("here 9", at(30)) == Heard::known);
  CHECK_FALSE(roster.forget_silent(at(110)));
  CHECK(roster.hear("here 8", at(111)) == Heard::newcomer);  // had been forgotten
  CHECK_FALSE(roster.forget_silent(at(131)));                // of 9
  CHECK(roster.hear("here 8", at(140)) == Heard::known);
  CHECK_FALSE(roster.forget_silent(at(240)));
  CHECK_FALSE(roster.is_alone());
  CHECK(roster.forget_silent(at(241)));
  CHECK(roster.is_alone());
}

TEST_CASE("its own greetings and other words tell of nobody", "[daemon][roster]") {
  auto roster = make_roster();
  CHECK(roster.hear("here 7", at(1)) == Heard::known);
  CHECK(roster.hear("told nobody 7", at(1)) == Heard::known);
  CHECK(roster.hear("events", at(1)) == Heard::nothing);
  CHECK(roster.is_alone());
  CHECK(roster.hear("told nobody 8", at(1)) == Heard::told_nobody);
  CHECK(roster.hear("here 77", at(1)) == Heard::newcomer);
}

TEST_CASE("who told nobody says so to the first that comes, once it is heard", "[daemon][roster]") {
  auto roster = make_roster();
  CHECK_FALSE(roster.greeting().told_nobody);
  greet_until(roster, 101);
  REQUIRE(roster.forget_silent(at(101)));
  CHECK(roster.greeting().here == "here 7");
  CHECK_FALSE(roster.greeting().told_nobody);  // nobody hears it, and the next may not be the last
  roster.greeted(at(120));
  CHECK(roster.hear("here 8", at(121)) == Heard::newcomer);
  REQUIRE(roster.assume_others(at(121)));
  CHECK(roster.greeting().told_nobody == "told nobody 7");
  CHECK(roster.greeting().told_nobody == "told nobody 7");  // as long as it was not sent
  roster.greeted(at(121));
  CHECK_FALSE(roster.greeting().told_nobody);
}

TEST_CASE("greetings come often enough that nobody is taken for gone", "[daemon][roster]") {
  auto roster = make_roster();
  CHECK_FALSE(roster.must_greet(at(30)));
  CHECK(roster.must_greet(at(31)));
  roster.greeted(at(31));
  CHECK_FALSE(roster.must_greet(at(61)));
  CHECK(roster.must_greet(at(62)));
}

TEST_CASE("who was silent so long that others may take it for gone begins anew", "[daemon][roster]") {
  auto roster = make_roster();
  REQUIRE(roster.hear("here 8", at(0)) == Heard::newcomer);
  CHECK_FALSE(roster.stood_still(at(90)));
  CHECK(roster.stood_still(at(91)));  // before the other's hundred seconds are over
  SECTION("not yet") {
    CHECK(roster.assume_others(at(90)));
    CHECK_FALSE(roster.is_alone());
  }
  SECTION("it is so") {
    CHECK_FALSE(roster.assume_others(at(91)));
    CHECK(roster.is_alone());                                 // whoever is there answers, as a newcomer
    CHECK(roster.hear("here 8", at(91)) == Heard::newcomer);  // and is told of us
    roster.greeted(at(91));
    CHECK_FALSE(roster.stood_still(at(181)));
  }
}
