#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/notification.hpp"
#include "dunlin/model/page.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::store {

/// Stored unless the receiver was told the same before; its group is found here. A filtered one makes or renews the
/// sender's request. Whether the receiver is to be told is decided before (service/notification_judgement.hpp).
bool insert_notification(db::Tx& tx, const model::Notification& notification);
void delete_notification(db::Tx& tx, AccountId receiver, model::NotificationType type, AccountId from,
                         std::optional<StatusId> status);
/// The same of what is about something else than a status.
void delete_notification_about(db::Tx& tx, AccountId receiver, model::NotificationType type, AccountId from,
                               std::int64_t about);

struct NotificationFilter {
  std::vector<model::NotificationType> types{};  // empty = all
  std::vector<model::NotificationType> exclude_types{};
  std::optional<AccountId> from{};
  bool include_filtered = false;
};
std::vector<model::Notification> list_notifications(db::Tx& tx, AccountId receiver, const NotificationFilter& filter,
                                                    const model::Page& page);
std::optional<model::Notification> find_notification(db::Tx& tx, AccountId receiver, NotificationId id);
/// How many of these were there and the receiver's.
std::size_t dismiss_notifications(db::Tx& tx, AccountId receiver, std::span<const NotificationId> ids);
/// With the requests.
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
/// Over version `seen` (0: none was there); nullopt when it is another by now.
std::optional<Marker> save_marker(db::Tx& tx, AccountId who, std::string_view timeline, std::int64_t last_read_id,
                                  int seen);

}  // namespace dunlin::store
