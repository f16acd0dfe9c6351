#include "dunlin/api/entities/notification.hpp"

#include "dunlin/api/entities/notification_subjects.hpp"
#include "dunlin/base/text.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace dunlin::api::entities {

using model::NotificationType;

bool has_status(NotificationType type) {
  switch (type) {
    case NotificationType::mention:
    case NotificationType::favourite:
    case NotificationType::reblog:
    case NotificationType::status:
    case NotificationType::poll:
    case NotificationType::update:
    case NotificationType::quote:
    case NotificationType::quoted_update:
    case NotificationType::emoji_reaction:
      return true;
    default:
      return false;
  }
}

bool SupportedTypes::needs_fallback(NotificationType type) const {
  switch (type) {
    case NotificationType::severed_relationships:
    case NotificationType::moderation_warning:
    case NotificationType::admin_sign_up:
    case NotificationType::admin_report:
    case NotificationType::added_to_collection:
    case NotificationType::collection_update:
      return names_ && std::ranges::find(*names_, model::to_string(type)) == names_->end();
    default:
      return false;
  }
}

void render_notification(json::Writer& out, const model::Notification& notification, const NotificationParts& parts) {
  out.begin_object();
  out.field("id", notification.id);
  out.field("type", model::to_string(notification.type));
  out.field("created_at", notification.created_at);
  out.field("group_key", notification.shown_group_key());
  if (notification.filtered) out.field("filtered", true);
  out.key("account").raw(parts.account);
  if (!parts.status.empty()) out.key("status").raw(parts.status);
  if (parts.reaction != nullptr) {
    out.field("emoji", parts.reaction->name);
    out.field("emoji_url", parts.reaction->url);
  }
  if (!parts.report.empty()) out.key("report").raw(parts.report);
  if (!parts.event.empty()) out.key("event").raw(parts.event);
  if (!parts.collection.empty()) out.key("collection").raw(parts.collection);
  if (!parts.fallback.empty()) out.key("fallback").raw(parts.fallback);
  out.end_object();
}

void render_severance(json::Writer& out, const model::Severance& severance) {
  out.begin_object();
  out.field("id", severance.id);
  out.field("type", model::to_string(severance.type));
  out.field("purged", severance.purged);
  out.field("target_name", severance.target_name);
  out.field("followers_count", severance.followers_count);
  out.field("following_count", severance.following_count);
  out.field("created_at", severance.created_at);
  out.end_object();
}

namespace {

struct FallbackText {
  std::string title;
  std::string summary;  // HTML
};

FallbackText fallback_text(NotificationType type, std::string_view acct, const model::Severance* severance) {
  switch (type) {
    case NotificationType::severed_relationships: {
      if (severance == nullptr) break;
      const char* what = severance->type == model::SeveranceType::account_suspension ? "was suspended" : "was blocked";
      return {"Lost connections", fmt::format("{} {}: you lost {} followers and {} accounts that you followed.",
                                              text::escape_html(severance->target_name), what,
                                              severance->followers_count, severance->following_count)};
    }
    case NotificationType::admin_report:
      return {"New report", fmt::format("@{} reported an account.", text::escape_html(acct))};
    case NotificationType::admin_sign_up:
      return {"New account", fmt::format("@{} signed up.", text::escape_html(acct))};
    case NotificationType::added_to_collection:
      return {"Added to a collection", fmt::format("@{} added you to a collection.", text::escape_html(acct))};
    case NotificationType::collection_update:
      return {"Collection changed", fmt::format("@{} changed a collection that you are in.", text::escape_html(acct))};
    default:
      break;
  }
  return {"New notification", "This app cannot show it. The web page of your account can."};
}

}  // namespace

void render_fallback(json::Writer& out, NotificationType type, std::string_view sender_acct,
                     const model::Severance* severance) {
  const auto text = fallback_text(type, sender_acct, severance);
  out.begin_object();
  out.field("title", text.title);
  out.field("summary", text.summary);
  // Documented under one name, sent by Mastodon under the other.
  out.field("description", nullptr);
  out.field("details", nullptr);
  out.end_object();
}

std::vector<std::string> render_notifications(db::Tx& tx, const config::Config& config, AccountId viewer,
                                              std::span<const model::Notification> notifications,
                                              const SupportedTypes& supported) {
  NotificationSubjects subjects(tx, config, viewer, notifications);
  std::vector<std::string> rendered;
  rendered.reserve(notifications.size());
  for (const auto& notification : notifications) {
    if (!subjects.complete(notification)) continue;
    json::Writer status;
    if (has_status(notification.type)) subjects.statuses().render(status, *notification.status_id);
    json::Writer out;
    render_notification(out, notification,
                        {.account = subjects.accounts().json(notification.from_account_id),
                         .status = status.str(),
                         .report = subjects.report(notification),
                         .event = subjects.event(notification),
                         .collection = subjects.collection(notification),
                         .fallback = subjects.fallback(notification, supported),
                         .reaction = subjects.reaction(notification)});
    rendered.push_back(out.take());
  }
  return rendered;
}

}  // namespace dunlin::api::entities
