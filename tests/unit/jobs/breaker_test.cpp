#include "dunlin/jobs/breaker.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace dunlin;
using namespace dunlin::jobs;
using namespace std::chrono_literals;

namespace {

const Time kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23}};

HostHealth opened() {
  HostHealth health;
  for (int i = 0; i < 10; ++i) health.note_failure(false, kNow);
  return health;
}

}  // namespace

TEST_CASE("a healthy host takes what it is given", "[jobs][breaker]") {
  HostHealth health;
  CHECK(health.allowed(kNow, 4) == 4);
  CHECK(!health.has_troubles());
}

TEST_CASE("ten failures in a row open the breaker, nine do not", "[jobs][breaker]") {
  HostHealth health;
  for (int i = 0; i < 9; ++i) health.note_failure(false, kNow);
  CHECK(health.allowed(kNow, 4) == 4);
  health.note_failure(false, kNow);
  CHECK(health.allowed(kNow, 4) == 0);
  CHECK(health.breaker_open_until == kNow + 60s);
}

TEST_CASE("three timeouts in a row open the breaker, a failure between them does not count", "[jobs][breaker]") {
  HostHealth health;
  health.note_failure(true, kNow);
  health.note_failure(true, kNow);
  health.note_failure(false, kNow);
  health.note_failure(true, kNow);
  CHECK(health.allowed(kNow, 4) == 4);
  health.note_failure(true, kNow);
  health.note_failure(true, kNow);
  CHECK(health.allowed(kNow, 4) == 0);
}

TEST_CASE("a success in between starts the count again", "[jobs][breaker]") {
  HostHealth health;
  for (int i = 0; i < 9; ++i) health.note_failure(false, kNow);
  health.note_alive(kNow);
  for (int i = 0; i < 9; ++i) health.note_failure(false, kNow);
  CHECK(health.allowed(kNow, 4) == 4);
}

TEST_CASE("half-open lets one through, whose failure doubles the pause up to half an hour", "[jobs][breaker]") {
  auto health = opened();
  Time now = kNow + 60s;
  for (const auto pause : {120s, 240s, 480s, 960s, 1800s, 1800s}) {
    CHECK(health.allowed(now, 4) == 1);
    health.note_failure(true, now);
    CHECK(health.allowed(now, 4) == 0);
    CHECK(health.breaker_open_until == now + pause);
    now += pause;
  }
  health.note_alive(now);
  CHECK(health.allowed(now, 4) == 4);
  CHECK(health.last_success_at == now);
  CHECK(!health.has_troubles());
}

TEST_CASE("failures of what was in flight when it opened do not lengthen the pause", "[jobs][breaker]") {
  auto health = opened();
  health.note_failure(false, kNow + 1s);
  CHECK(health.breaker_open_until == kNow + 60s);
  CHECK(health.breaker_opened == 1);
}

TEST_CASE("failures on seven different days without a success make a host unavailable", "[jobs][breaker]") {
  HostHealth health;
  for (int day = 0; day < 6; ++day) {
    health.note_failure(false, kNow + day * 24h);
    health.note_failure(false, kNow + day * 24h + 1h);
  }
  CHECK(!health.unavailable_since);
  const auto seventh = kNow + 6 * 24h;
  health.note_failure(false, seventh);
  CHECK(health.unavailable_since == seventh);
  CHECK(health.breaker_open_until == seventh + 24h);  // one probe a day
  health.note_failure(false, seventh + 90 * 24h);
  CHECK(health.gone_since);
  CHECK(health.allowed(seventh + 1000 * 24h, 4) == 0);
  health.note_alive(seventh + 91 * 24h);
  CHECK(health.allowed(seventh + 91 * 24h, 4) == 4);
}

TEST_CASE("the scale shortens the pauses", "[jobs][breaker]") {
  HostHealth health;
  for (int i = 0; i < 3; ++i) health.note_failure(true, kNow, 0.001);
  CHECK(health.breaker_open_until == kNow + 60ms);
}
