#include "handlers.hpp"

#include "dunlin/api/entities/notification.hpp"
#include "dunlin/http/page.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/store/notifications.hpp"

#include <span>
#include <string>
#include <vector>

namespace dunlin::api {

namespace {

constexpr int kDefaultNotifications = 40;
constexpr int kMaxNotifications = 80;
constexpr int kDefaultCount = 100;
constexpr int kMaxCount = 1000;

/// Types that do not exist here are left out: clients ask for the types of newer servers too.
std::vector<model::NotificationType> read_types(const http::Params& params, std::string_view name) {
  std::vector<model::NotificationType> types;
  for (const auto& text : params.list(name)) {
    if (const auto type = model::parse_notification_type(text)) types.push_back(*type);
  }
  return types;
}

/// nullopt: nothing can match.
std::optional<store::NotificationFilter> read_filter(const http::Params& params) {
  store::NotificationFilter filter{
      .types = read_types(params, "types"), .exclude_types = read_types(params, "exclude_types"), .from = std::nullopt};
  if (filter.types.empty() && !params.list("types").empty()) return std::nullopt;
  if (const auto from = params.text("account_id"); from && !from->empty()) {
    filter.from = AccountId::parse(*from);
    if (!filter.from) return std::nullopt;
  }
  return filter;
}

}  // namespace

Result<http::Response> list_notifications(Call& call) {
  const auto page = http::read_page(call.params(), kDefaultNotifications, kMaxNotifications);
  const auto filter = read_filter(call.params());
  if (page.limit == 0 || !filter) return call.json("[]");
  const auto receiver = *call.viewer_id();
  const auto notifications = store::list_notifications(call.tx(), receiver, *filter, page);
  if (notifications.empty()) return call.json("[]");
  json::Writer out;
  out.begin_array();
  for (const auto& one : entities::render_notifications(call.tx(), call.config(), receiver, notifications)) {
    out.raw(one);
  }
  out.end_array();
  // The cursors are those of the rows, so that a page that lost some goes on.
  return call.json_page(out.take(), {.first = notifications.front().id.value, .last = notifications.back().id.value});
}

Result<http::Response> show_notification(Call& call) {
  const auto id = TRY(call.path_id<NotificationId>("id"));
  const auto receiver = *call.viewer_id();
  const auto notification = store::find_notification(call.tx(), receiver, id);
  if (!notification) return fail(Errc::not_found, "Record not found");
  const auto rendered =
      entities::render_notifications(call.tx(), call.config(), receiver, std::span(&*notification, 1));
  if (rendered.empty()) return fail(Errc::not_found, "Record not found");
  return call.json(rendered.front());
}

Result<http::Response> count_unread_notifications(Call& call) {
  const auto limit = http::read_page(call.params(), kDefaultCount, kMaxCount).limit;
  const auto filter = read_filter(call.params());
  const auto count =
      filter && limit > 0 ? store::count_unread_notifications(call.tx(), *call.viewer_id(), *filter, limit) : 0;
  json::Writer out;
  out.begin_object();
  out.field("count", count);
  out.end_object();
  return call.json(out.take());
}

}  // namespace dunlin::api
