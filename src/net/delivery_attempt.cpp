#include "delivery_attempt.hpp"

#include "retry_after.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/base/random.hpp"
#include "dunlin/base/url.hpp"

#include <exception>
#include <utility>

namespace dunlin::net {
namespace {

using Answer = Result<http::OutboundResponse>;

double random_unit() {
  return static_cast<double>(random_below(1U << 30U)) / static_cast<double>(1U << 30U);
}

/// nullopt: the crypto pool refused.
asio::awaitable<std::optional<Result<http::OutboundRequest>>> sign(AttemptContext context,
                                                                   const PendingDelivery& delivery,
                                                                   SignatureScheme scheme) {
  std::optional<Result<http::OutboundRequest>> request;
  const bool ran = co_await run_on_crypto(context.workers, [&] {
    try {
      request.emplace(context.queue.prepare(delivery, scheme));
    } catch (const std::exception& e) {
      request.emplace(fail(Errc::internal, "cannot prepare the request", e.what()));
    }
  });
  if (!ran) request.reset();
  co_return request;
}

asio::awaitable<Answer> send(AttemptContext context, http::OutboundRequest request) {
  Answer answer = co_await await_callback<Answer>(
      [&](ExchangeCallback done) { context.exchanger.exchange(std::move(request), std::move(done)); });
  co_return answer;
}

jobs::Exchange to_exchange(const Answer& answer, Time now) {
  jobs::Exchange exchange;
  if (answer) {
    exchange.status = answer->status;
    exchange.retry_after = parse_retry_after(answer->headers.get("Retry-After"), now);
  } else {
    exchange.timed_out = failure_of(answer.error()) == ExchangeFailure::timeout;
    exchange.transport_error = answer.error().detail;
  }
  return exchange;
}

/// A key that cannot be opened, say: somebody may mend that. Nothing was asked of the host.
jobs::Judgement not_sent(const Error& error, const jobs::Attempt& attempt, Time now, double scale) {
  jobs::Judgement judgement;
  judgement.verdict = jobs::Verdict::drop;
  judgement.sign = jobs::HostSign::none;
  judgement.reason = error.message + (error.detail.empty() ? "" : ": " + error.detail);
  const bool may_pass = error.code == Errc::internal || error.code == Errc::unavailable;
  if (!may_pass || attempt.number >= attempt.allowed) return judgement;
  judgement.verdict = jobs::Verdict::retry;
  judgement.retry_at = now + jobs::next_attempt(attempt.number, random_unit(), scale);
  return judgement;
}

std::optional<std::string> redirect_on_same_origin(const Answer& answer, const std::string& from) {
  if (!answer || (answer->status != 307 && answer->status != 308)) return std::nullopt;
  const auto base = Url::parse(from);
  const std::string* location = answer->headers.find("Location");
  const auto next = base && location ? base->resolve(*location) : std::nullopt;
  if (!next || next->origin() != base->origin()) return std::nullopt;
  return next->str();
}

}  // namespace

asio::awaitable<std::optional<DeliveryResult>> attempt_delivery(AttemptContext context, PendingDelivery delivery,
                                                                SignatureScheme scheme) {
  std::optional<DeliveryResult> result;
  const jobs::Delivery row = delivery.row;
  const SignatureScheme first = scheme;
  jobs::Attempt attempt{.number = row.attempts + 1,
                        .allowed = jobs::attempts_allowed(row.priority, row.essential),
                        .other_scheme_tried = false,
                        .shared_inbox = delivery.shared_inbox};
  bool redirected = false;
  for (;;) {
    auto request = co_await sign(context, delivery, scheme);
    if (!request) co_return result;
    if (!*request) {
      result = DeliveryResult{row, not_sent(request->error(), attempt, context.clock.now(), context.retry_scale), {}};
      co_return result;
    }
    const Answer answer = co_await send(context, **std::move(request));
    if (!answer) {
      const auto failure = failure_of(answer.error());
      if (failure == ExchangeFailure::cancelled || failure == ExchangeFailure::overloaded) co_return result;
    }
    if (auto next = redirected ? std::nullopt : redirect_on_same_origin(answer, delivery.row.inbox_url)) {
      redirected = true;
      delivery.row.inbox_url = *std::move(next);
      continue;
    }
    const Time now = context.clock.now();
    auto judgement = jobs::judge(to_exchange(answer, now), attempt, now, random_unit(), context.retry_scale);
    if (judgement.verdict == jobs::Verdict::other_scheme && !attempt.other_scheme_tried) {
      attempt.other_scheme_tried = true;
      scheme = other_scheme(scheme);
      continue;
    }
    result = DeliveryResult{row, std::move(judgement), {}};
    if (scheme != first && result->judgement.verdict == jobs::Verdict::done) result->learned = scheme;
    co_return result;
  }
}

}  // namespace dunlin::net
