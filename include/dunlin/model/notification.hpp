#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace dunlin::model {

/// Append-only: stored as numbers.
enum class NotificationType : std::uint8_t { mention = 0, follow = 1, favourite = 2, reblog = 3, follow_request = 4 };
/// As in the API: "mention", "follow", ...
std::string_view to_string(NotificationType type);
std::optional<NotificationType> parse_notification_type(std::string_view text);

struct Notification {
  NotificationId id;
  AccountId account_id;  // who is told
  NotificationType type = NotificationType::mention;
  AccountId from_account_id;
  std::optional<StatusId> status_id;
  Time created_at{};
};

}  // namespace dunlin::model
