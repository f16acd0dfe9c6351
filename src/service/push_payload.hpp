#pragma once

#include "dunlin/config/config.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/notification.hpp"
#include "dunlin/model/push_subscription.hpp"

#include <optional>
#include <string>

namespace dunlin::service {

/// What a device is told of a notification (client-api.md 5). nullopt: the sender or the status is gone.
std::optional<std::string> render_push_payload(db::Tx& tx, const config::Config& config,
                                               const model::PushSubscription& subscription,
                                               const model::Notification& notification);

}  // namespace dunlin::service
