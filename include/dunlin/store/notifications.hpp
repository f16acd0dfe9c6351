#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/notification.hpp"
#include "dunlin/model/page.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::store {

/// Stored unless the receiver blocks or mutes the sender (or the same notification is there). true = stored.
bool insert_notification(db::Tx& tx, const model::Notification& notification);
void delete_notification(db::Tx& tx, AccountId receiver, model::NotificationType type, AccountId from,
                         std::optional<StatusId> status);

struct NotificationFilter {
  std::vector<model::NotificationType> types{};  // empty = all
  std::vector<model::NotificationType> exclude_types{};
  std::optional<AccountId> from{};
};
std::vector<model::Notification> list_notifications(db::Tx& tx, AccountId receiver, const NotificationFilter& filter,
                                                    const model::Page& page);
std::optional<model::Notification> find_notification(db::Tx& tx, AccountId receiver, NotificationId id);
/// false: no such notification of this receiver.
bool dismiss_notification(db::Tx& tx, AccountId receiver, NotificationId id);
void clear_notifications(db::Tx& tx, AccountId receiver);
/// Newer than the read marker, at most `limit`.
std::int64_t count_unread_notifications(db::Tx& tx, AccountId receiver, const NotificationFilter& filter, int limit);

struct Marker {
  std::string timeline;  // "home" or "notifications"
  std::int64_t last_read_id = 0;
  int version = 0;
  Time updated_at{};
};
std::vector<Marker> list_markers(db::Tx& tx, AccountId who, std::span<const std::string> timelines);
Marker save_marker(db::Tx& tx, AccountId who, std::string_view timeline, std::int64_t last_read_id);

}  // namespace dunlin::store
