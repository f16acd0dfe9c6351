#pragma once

#include "dunlin/json/writer.hpp"
#include "dunlin/model/push_subscription.hpp"

#include <string_view>

namespace dunlin::api::entities {

/// WebPushSubscription (client-api.md 6.4). `server_key`: the public VAPID key.
void render_push_subscription(json::Writer& out, const model::PushSubscription& subscription,
                              std::string_view server_key);

}  // namespace dunlin::api::entities
