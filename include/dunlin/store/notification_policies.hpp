#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/notification.hpp"
#include "dunlin/model/page.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace dunlin::store {

/// The defaults when the account has said nothing.
model::NotificationPolicy get_notification_policy(db::Tx& tx, AccountId owner);
void save_notification_policy(db::Tx& tx, AccountId owner, const model::NotificationPolicy& policy);

struct PendingNotifications {
  std::int64_t requests = 0;       // at most 100
  std::int64_t notifications = 0;  // at most 100
};
PendingNotifications count_pending_notifications(db::Tx& tx, AccountId owner);

/// Those that have a notification waiting.
std::vector<model::NotificationRequest> list_notification_requests(db::Tx& tx, AccountId owner,
                                                                   const model::Page& page);
std::optional<model::NotificationRequest> find_notification_request(db::Tx& tx, AccountId owner,
                                                                    model::NotificationRequestId id);
/// The senders of those of these requests that are the owner's; the requests go.
std::vector<AccountId> take_notification_requests(db::Tx& tx, AccountId owner,
                                                  std::span<const model::NotificationRequestId> ids);
/// From now on these senders pass, and what was kept back of theirs is shown. Returns how many were.
std::size_t permit_notifications(db::Tx& tx, AccountId owner, std::span<const AccountId> senders);
void delete_filtered_notifications(db::Tx& tx, AccountId owner, std::span<const AccountId> senders);

}  // namespace dunlin::store
