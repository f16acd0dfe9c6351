#include "dunlin/jobs/retry.hpp"

#include "dunlin/jobs/queue.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace dunlin::jobs {

using namespace std::chrono_literals;

namespace {

constexpr int kScheduledAttempts = 16;
constexpr int kBulkAttempts = 8;
constexpr int kEssentialAttempts = 43;
constexpr int kUnauthorizedAttempts = 4;  // the peer's copy of our key may lag
constexpr std::chrono::milliseconds kDay = 24h;
constexpr int kJobAttempts = 15;

std::chrono::milliseconds with_jitter(std::chrono::milliseconds base, double random, double scale) {
  const double milliseconds = static_cast<double>(base.count()) * (1.0 + random / 2.0) * scale;
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::llround(milliseconds)));
}

Verdict verdict_on(const Exchange& exchange, const Attempt& attempt) {
  const bool more = attempt.number < attempt.allowed;
  if (!exchange.status) return more ? Verdict::retry : Verdict::drop;
  const int status = *exchange.status;
  if (status >= 200 && status < 300) return Verdict::done;
  switch (status) {
    case 400:
      return attempt.other_scheme_tried ? Verdict::drop : Verdict::other_scheme;
    case 401:
      if (!attempt.other_scheme_tried) return Verdict::other_scheme;
      return more && attempt.number < kUnauthorizedAttempts ? Verdict::retry : Verdict::drop;
    case 408:
    case 425:
    case 429:
      return more ? Verdict::retry : Verdict::drop;
    case 410:
      return attempt.shared_inbox ? Verdict::host_gone : Verdict::actor_gone;
    case 501:
      return Verdict::drop;
    default:
      return status >= 500 && more ? Verdict::retry : Verdict::drop;
  }
}

HostSign sign_of(const Exchange& exchange) {
  if (exchange.timed_out) return HostSign::timed_out;
  if (!exchange.status) return HostSign::failed;
  return *exchange.status >= 500 && *exchange.status != 501 ? HostSign::failed : HostSign::alive;
}

}  // namespace

int attempts_allowed(Priority priority, bool essential) {
  if (priority >= Priority::relay) return kBulkAttempts;
  return essential ? kEssentialAttempts : kScheduledAttempts;
}

std::chrono::milliseconds next_attempt(int attempt, double random, double scale) {
  const auto n = static_cast<std::int64_t>(std::max(attempt, 1));
  const std::chrono::milliseconds base = n > kScheduledAttempts ? kDay : 15s + std::chrono::seconds(n * n * n * n);
  return with_jitter(base, random, scale);
}

Judgement judge(const Exchange& exchange, const Attempt& attempt, Time now, double random, double scale) {
  Judgement result{.verdict = verdict_on(exchange, attempt), .sign = sign_of(exchange), .status = exchange.status};
  if (result.verdict == Verdict::done) return result;
  if (exchange.status) {
    result.reason = fmt::format("HTTP status {}", *exchange.status);
  } else {
    result.reason = exchange.timed_out ? "timed out" : exchange.transport_error;
  }
  const bool names_a_time = exchange.status == 429 || exchange.status == 503;
  if (names_a_time && exchange.retry_after) {
    result.host_waits_until = now + std::clamp<std::chrono::milliseconds>(*exchange.retry_after, 0ms, kDay);
  }
  if (result.verdict == Verdict::retry) {
    result.retry_at = result.host_waits_until.value_or(now + next_attempt(attempt.number, random, scale));
  }
  return result;
}

std::optional<std::chrono::milliseconds> job_retry_delay(int attempts, double random) {
  if (attempts >= kJobAttempts) return std::nullopt;
  const auto doubled = 5s * (1 << std::clamp(attempts - 1, 0, 10));
  return with_jitter(std::min<std::chrono::milliseconds>(doubled, 1h), random, 1.0);
}

}  // namespace dunlin::jobs
