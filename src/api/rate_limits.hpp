#pragma once

#include "dunlin/api/call.hpp"
#include "dunlin/api/route.hpp"
#include "dunlin/service/attempt_limiter.hpp"

#include <optional>
#include <string>

namespace dunlin::api {

/// How often one account, token or address may call (client-api.md 1.7). In memory: a restart forgets. Any thread may
/// call.
class RateLimits {
 public:
  explicit RateLimits(const service::Environment& env) : env_(env), attempts_(env.clock) {}

  using Usage = service::AttemptLimiter::Usage;
  /// Counts this request by every limit that is its business and tells the one that is nearest; nullopt: none is.
  std::optional<Usage> count(const Route& route, const Call& call);

 private:
  class Tally;
  void count_general(Tally& tally, const Call& call) const;

  const service::Environment& env_;
  service::AttemptLimiter attempts_;
};

/// The three X-RateLimit headers, and Retry-After with a 429.
void add_rate_headers(const RateLimits::Usage& usage, Time now, http::Response& response);

}  // namespace dunlin::api
