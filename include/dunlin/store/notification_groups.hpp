#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/notification.hpp"
#include "dunlin/model/page.hpp"
#include "dunlin/store/notifications.hpp"
#include "dunlin/store/relationships.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace dunlin::store {

/// What is shown as one (client-api.md 3.10.1).
struct NotificationGroup {
  model::Notification newest;  // within the page
  std::int64_t count = 0;      // in all
  NotificationId most_recent;  // in all
  NotificationId page_min;     // oldest and newest within the page
  NotificationId page_max;
  Time latest_at{};                // of page_max
  std::vector<AccountId> samples;  // the newest senders, at most 8
};

/// `limit` of the page counts groups; only types in `grouped` are grouped. Sorted by page_max, newest first.
std::vector<NotificationGroup> list_notification_groups(db::Tx& tx, AccountId receiver,
                                                        const NotificationFilter& filter,
                                                        const std::vector<model::NotificationType>& grouped,
                                                        const model::Page& page);
/// By its key, also "ungrouped-<id>". The page is all of it.
std::optional<NotificationGroup> find_notification_group(db::Tx& tx, AccountId receiver, std::string_view key);
/// The senders, under the ids of their notifications.
std::vector<AccountRef> list_group_accounts(db::Tx& tx, AccountId receiver, std::string_view key,
                                            const model::Page& page);
void dismiss_notification_group(db::Tx& tx, AccountId receiver, std::string_view key);
/// Groups newer than the read marker, at most `limit`; of very many notifications the newest 4,000 are looked at.
std::int64_t count_unread_groups(db::Tx& tx, AccountId receiver, const NotificationFilter& filter,
                                 const std::vector<model::NotificationType>& grouped, int limit);

}  // namespace dunlin::store
