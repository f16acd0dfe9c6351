#pragma once

#include "dunlin/api/entities/notification.hpp"
#include "dunlin/config/config.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/store/notification_groups.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace dunlin::api::entities {

struct GroupOptions {
  bool partial_avatars = false;  // only the first account of each group in full
  bool window = true;            // the groups are those of a page, not one that was asked for
  SupportedTypes supported{};
};

/// GroupedNotificationsResults (client-api.md 6.4), in a fixed number of statements. A group is left out when its
/// status has vanished.
std::string render_notification_groups(db::Tx& tx, const config::Config& config, AccountId viewer,
                                       std::span<const store::NotificationGroup> groups, const GroupOptions& options);

}  // namespace dunlin::api::entities
