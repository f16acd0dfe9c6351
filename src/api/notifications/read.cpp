#include "handlers.hpp"
#include "input.hpp"

#include "dunlin/api/entities/notification.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/store/notifications.hpp"

#include <span>

namespace dunlin::api {

Result<http::Response> list_notifications(Call& call) {
  const auto page = read_notification_page(call);
  const auto filter = read_notification_filter(call);
  if (page.limit == 0 || !filter) return call.json("[]");
  const auto receiver = *call.viewer_id();
  const auto notifications = store::list_notifications(call.tx(), receiver, *filter, page);
  if (notifications.empty()) return call.json("[]");
  json::Writer out;
  out.begin_array();
  for (const auto& one :
       entities::render_notifications(call.tx(), call.config(), receiver, notifications, read_supported_types(call))) {
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
  const auto rendered = entities::render_notifications(call.tx(), call.config(), receiver, std::span(&*notification, 1),
                                                       read_supported_types(call));
  if (rendered.empty()) return fail(Errc::not_found, "Record not found");
  return call.json(rendered.front());
}

Result<http::Response> count_unread_notifications(Call& call) {
  const auto limit = read_count_limit(call);
  const auto filter = read_notification_filter(call);
  if (!filter || limit == 0) return count_answer(call, 0);
  return count_answer(call, store::count_unread_notifications(call.tx(), *call.viewer_id(), *filter, limit));
}

}  // namespace dunlin::api
