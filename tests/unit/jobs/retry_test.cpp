#include "dunlin/jobs/retry.hpp"

#include "dunlin/jobs/queue.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <vector>

using namespace dunlin;
using namespace dunlin::jobs;
using namespace std::chrono_literals;

namespace {

const Time kNow{1'795'000'000'000ms};

Judgement on_status(int status, Attempt attempt = {}) {
  return judge({.status = status}, attempt, kNow, 0.0);
}

}  // namespace

TEST_CASE("the delivery schedule grows by the fourth power over three days", "[jobs][retry]") {
  CHECK(next_attempt(1, 0.0) == 16s);
  CHECK(next_attempt(2, 0.0) == 31s);
  CHECK(next_attempt(3, 0.0) == 96s);
  CHECK(next_attempt(16, 0.0) == 65'551s);
  CHECK(next_attempt(17, 0.0) == 24h);
  CHECK(next_attempt(43, 0.0) == 24h);
  std::chrono::milliseconds total{};
  for (int attempt = 1; attempt <= 16; ++attempt) total += next_attempt(attempt, 0.25);
  CHECK(total > 72h);
  CHECK(total < 120h);
}

TEST_CASE("jitter adds up to half, the scale multiplies all", "[jobs][retry]") {
  CHECK(next_attempt(1, 0.999) < 24s);
  CHECK(next_attempt(1, 0.5) == 20s);
  CHECK(next_attempt(1, 0.0, 0.001) == 16ms);
  CHECK(next_attempt(0, 0.0) == next_attempt(1, 0.0));
}

TEST_CASE("bulk deliveries are given up early, essential ones late", "[jobs][retry]") {
  CHECK(attempts_allowed(Priority::direct, false) == 16);
  CHECK(attempts_allowed(Priority::post, true) == 43);
  CHECK(attempts_allowed(Priority::relay, false) == 8);
  CHECK(attempts_allowed(Priority::bulk, true) == 8);
}

TEST_CASE("success is done and says that the host lives", "[jobs][retry]") {
  for (const int status : {200, 201, 202, 204, 299}) {
    CAPTURE(status);
    const auto judgement = on_status(status);
    CHECK(judgement.verdict == Verdict::done);
    CHECK(judgement.sign == HostSign::alive);
    CHECK(judgement.reason.empty());
  }
}

TEST_CASE("a permanent refusal drops this delivery and leaves the host in good standing", "[jobs][retry]") {
  for (const int status : {301, 302, 307, 403, 404, 405, 406, 409, 413, 415, 418, 422, 451, 501}) {
    CAPTURE(status);
    const auto judgement = on_status(status);
    CHECK(judgement.verdict == Verdict::drop);
    CHECK(judgement.sign == HostSign::alive);
    CHECK(judgement.reason == "HTTP status " + std::to_string(status));
  }
}

// 8.89
TEST_CASE("a passing trouble is retried by schedule", "[jobs][retry]") {
  for (const int status : {408, 425, 429, 500, 502, 503, 504, 520}) {
    CAPTURE(status);
    const auto judgement = on_status(status, {.number = 2});
    CHECK(judgement.verdict == Verdict::retry);
    CHECK(judgement.retry_at == kNow + 31s);
    CHECK((judgement.sign == HostSign::failed) == (status >= 500));
  }
}

TEST_CASE("no answer is retried, and a timeout is told apart", "[jobs][retry]") {
  const auto refused = judge({.transport_error = "connection refused"}, {}, kNow, 0.0);
  CHECK(refused.verdict == Verdict::retry);
  CHECK(refused.sign == HostSign::failed);
  CHECK(refused.reason == "connection refused");
  CHECK(!refused.status);
  const auto slow = judge({.timed_out = true}, {}, kNow, 0.0);
  CHECK(slow.verdict == Verdict::retry);
  CHECK(slow.sign == HostSign::timed_out);
  CHECK(slow.reason == "timed out");
}

TEST_CASE("the last attempt allowed is the last", "[jobs][retry]") {
  CHECK(on_status(500, {.number = 15, .allowed = 16}).verdict == Verdict::retry);
  CHECK(on_status(500, {.number = 16, .allowed = 16}).verdict == Verdict::drop);
  CHECK(on_status(429, {.number = 8, .allowed = 8}).verdict == Verdict::drop);
  CHECK(judge({.timed_out = true}, {.number = 16}, kNow, 0.0).verdict == Verdict::drop);
}

// 8.37
TEST_CASE("400 and 401 try the other signature scheme once", "[jobs][retry]") {
  CHECK(on_status(400).verdict == Verdict::other_scheme);
  CHECK(on_status(401).verdict == Verdict::other_scheme);
  CHECK(on_status(400, {.other_scheme_tried = true}).verdict == Verdict::drop);
  for (int number = 1; number <= 3; ++number) {
    CHECK(on_status(401, {.number = number, .other_scheme_tried = true}).verdict == Verdict::retry);
  }
  CHECK(on_status(401, {.number = 4, .other_scheme_tried = true}).verdict == Verdict::drop);
}

// 8.90
TEST_CASE("410 ends the host at a shared inbox, the actor at a personal one", "[jobs][retry]") {
  CHECK(on_status(410, {.shared_inbox = true}).verdict == Verdict::host_gone);
  CHECK(on_status(410).verdict == Verdict::actor_gone);
}

// 8.90
// R27
TEST_CASE("Retry-After holds the whole host, for a day at most", "[jobs][retry]") {
  for (const int status : {429, 503}) {
    CAPTURE(status);
    const auto judgement = judge({.status = status, .retry_after = 90s}, {}, kNow, 0.0);
    CHECK(judgement.retry_at == kNow + 90s);
    CHECK(judgement.host_waits_until == kNow + 90s);
    CHECK(judge({.status = status, .retry_after = 1000h}, {}, kNow, 0.0).host_waits_until == kNow + 24h);
    CHECK(judge({.status = status, .retry_after = -5s}, {}, kNow, 0.0).host_waits_until == kNow);
  }
  CHECK(!judge({.status = 500, .retry_after = 90s}, {}, kNow, 0.0).host_waits_until);
}

TEST_CASE("jobs back off to an hour and are given up after fifteen attempts", "[jobs][retry]") {
  CHECK(job_retry_delay(1, 0.0) == 5s);
  CHECK(job_retry_delay(2, 0.0) == 10s);
  CHECK(job_retry_delay(14, 0.0) == 1h);
  CHECK(job_retry_delay(15, 0.0) == std::nullopt);
}
