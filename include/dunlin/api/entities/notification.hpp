#pragma once

#include "dunlin/config/config.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/model/notification.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::api::entities {

/// Types that mean nothing without their status.
bool has_status(model::NotificationType type);

/// Notification (client-api.md 6.4). `account` and `status` are rendered; status "" leaves the member out.
void render_notification(json::Writer& out, const model::Notification& notification, std::string_view account,
                         std::string_view status);

/// Each with its account and status, in a fixed number of statements. A notification whose account or status has
/// vanished is left out.
std::vector<std::string> render_notifications(db::Tx& tx, const config::Config& config, AccountId viewer,
                                              std::span<const model::Notification> notifications);

}  // namespace dunlin::api::entities
