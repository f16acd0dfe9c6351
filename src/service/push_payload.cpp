#include "push_payload.hpp"

#include "push_titles.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/html/sanitize.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/statuses.hpp"

namespace dunlin::service {

namespace {

constexpr std::size_t kMaxBody = 140;
// Keeps the whole below 4096 bytes whatever the script: a character may take four bytes, and six where it is escaped.
constexpr std::size_t kMaxTitleBytes = 400;
constexpr std::size_t kMaxIconBytes = 1000;

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
  out.field("title", text::truncate_utf8(push_title(notification.type, name, user->locale), kMaxTitleBytes));
  out.field("body", text::truncate_graphemes(body, kMaxBody));
  out.end_object();
  return out.take();
}

}  // namespace dunlin::service
