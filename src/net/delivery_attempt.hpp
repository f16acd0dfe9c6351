#pragma once

#include "task.hpp"

#include "dunlin/net/delivery_pump.hpp"

#include <optional>

namespace dunlin::net {

/// What one delivery's attempt needs from the pump.
struct AttemptContext {
  Exchanger& exchanger;
  Workers& workers;
  DeliveryQueue& queue;
  const Clock& clock;
  double retry_scale;
};

/// Signs, sends, and judges: knocks a second time with the other scheme when the first is refused, follows one 307 or
/// 308 on the same origin. nullopt: not attempted, or cancelled by our stop: it does not count.
asio::awaitable<std::optional<DeliveryResult>> attempt_delivery(AttemptContext context, PendingDelivery delivery,
                                                                SignatureScheme scheme);

}  // namespace dunlin::net
