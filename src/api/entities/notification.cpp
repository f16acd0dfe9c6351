#include "dunlin/api/entities/notification.hpp"

#include "dunlin/api/entities/account_page.hpp"
#include "dunlin/api/entities/status_page.hpp"

namespace dunlin::api::entities {

bool has_status(model::NotificationType type) {
  switch (type) {
    case model::NotificationType::mention:
    case model::NotificationType::favourite:
    case model::NotificationType::reblog:
      return true;
    case model::NotificationType::follow:
    case model::NotificationType::follow_request:
      break;
  }
  return false;
}

void render_notification(json::Writer& out, const model::Notification& notification, std::string_view account,
                         std::string_view status) {
  out.begin_object();
  out.field("id", notification.id);
  out.field("type", model::to_string(notification.type));
  out.field("created_at", notification.created_at);
  out.field("group_key", "ungrouped-" + notification.id.str());
  out.key("account").raw(account);
  if (!status.empty()) out.key("status").raw(status);
  out.end_object();
}

std::vector<std::string> render_notifications(db::Tx& tx, const config::Config& config, AccountId viewer,
                                              std::span<const model::Notification> notifications) {
  std::vector<AccountId> senders;
  std::vector<StatusId> ids;
  for (const auto& notification : notifications) {
    senders.push_back(notification.from_account_id);
    if (notification.status_id && has_status(notification.type)) ids.push_back(*notification.status_id);
  }
  AccountPage accounts(tx, config, senders);
  StatusPage statuses(tx, config, viewer, ids);

  std::vector<std::string> rendered;
  rendered.reserve(notifications.size());
  for (const auto& notification : notifications) {
    if (accounts.find(notification.from_account_id) == nullptr) continue;
    json::Writer status;
    if (has_status(notification.type)) {
      if (!notification.status_id || !statuses.contains(*notification.status_id)) continue;
      statuses.render(status, *notification.status_id);
    }
    json::Writer out;
    render_notification(out, notification, accounts.json(notification.from_account_id), status.str());
    rendered.push_back(out.take());
  }
  return rendered;
}

}  // namespace dunlin::api::entities
