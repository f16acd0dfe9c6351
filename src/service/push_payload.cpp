#include "push_payload.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/html/sanitize.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/statuses.hpp"

#include <fmt/core.h>

namespace dunlin::service {

namespace {

constexpr std::size_t kMaxBody = 140;
// Keeps the whole below 4096 bytes whatever the script: a character may take four bytes, and six where it is escaped.
constexpr std::size_t kMaxTitleBytes = 400;
constexpr std::size_t kMaxIconBytes = 1000;

std::string title(model::NotificationType type, std::string_view name) {
  using enum model::NotificationType;
  switch (type) {
    case mention:
      return fmt::format("{} mentioned you", name);
    case follow:
      return fmt::format("{} is now following you", name);
    case favourite:
      return fmt::format("{} favourited your post", name);
    case reblog:
      return fmt::format("{} boosted your post", name);
    case follow_request:
      return fmt::format("{} asks to follow you", name);
    case status:
      return fmt::format("{} just posted", name);
    case poll:
      return fmt::format("A poll by {} has ended", name);
    case update:
      return fmt::format("{} edited a post", name);
    case quote:
      return fmt::format("{} quoted your post", name);
    case quoted_update:
      return fmt::format("{} edited a post that you quoted", name);
    case admin_sign_up:
      return fmt::format("{} signed up", name);
    case admin_report:
      return fmt::format("{} submitted a report", name);
    case severed_relationships:
      return "Some of your follows were ended";
    case moderation_warning:
      return "You have received a warning from the moderators";
    case added_to_collection:
      return fmt::format("{} added you to a collection", name);
    case emoji_reaction:
      return fmt::format("{} reacted to your post", name);
    case collection_update:
      return fmt::format("{} changed a collection that you are in", name);
  }
  return std::string(name);
}

}  // namespace

std::optional<std::string> render_push_payload(db::Tx& tx, const config::Config& config,
                                               const model::PushSubscription& subscription,
                                               const model::Notification& notification) {
  const auto sender = store::find_account(tx, notification.from_account_id);
  const auto user = store::find_user_by_account(tx, notification.account_id);
  if (!sender || !user) return std::nullopt;
  auto body = html::to_plain_text(sender->note);
  if (notification.status_id) {
    const auto status = store::find_status(tx, *notification.status_id);
    if (!status) return std::nullopt;
    body = status->spoiler_text.empty() ? html::to_plain_text(status->content) : status->spoiler_text;
  }
  const auto& name = sender->display_name.empty() ? sender->username : sender->display_name;
  const auto icon = sender->avatar_url.empty() || sender->avatar_url.size() > kMaxIconBytes
                        ? uris::default_avatar(config)
                        : sender->avatar_url;
  json::Writer out;
  out.begin_object();
  out.field("access_token", subscription.access_token);
  out.field("preferred_locale", user->locale);
  out.field("notification_id", notification.id.value);
  out.field("notification_type", model::to_string(notification.type));
  out.field("icon", icon);
  out.field("title", text::truncate_utf8(title(notification.type, name), kMaxTitleBytes));
  out.field("body", text::truncate_graphemes(body, kMaxBody));
  out.end_object();
  return out.take();
}

}  // namespace dunlin::service
