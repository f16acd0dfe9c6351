#include "handlers.hpp"

#include "dunlin/store/notifications.hpp"

#include <span>
#include <vector>

namespace dunlin::api {

Result<http::Response> clear_notifications(Call& call) {
  store::clear_notifications(call.tx(), *call.viewer_id());
  return call.json("{}");
}

Result<http::Response> dismiss_notification(Call& call) {
  const auto id = TRY(call.path_id<NotificationId>("id"));
  if (store::dismiss_notifications(call.tx(), *call.viewer_id(), std::span(&id, 1)) == 0) {
    return fail(Errc::not_found, "Record not found");
  }
  return call.json("{}");
}

Result<http::Response> dismiss_notifications(Call& call) {
  std::vector<NotificationId> ids;
  for (const auto& text : call.params().list("ids")) {
    if (const auto id = NotificationId::parse(text)) ids.push_back(*id);
  }
  store::dismiss_notifications(call.tx(), *call.viewer_id(), ids);
  return call.json("{}");
}

}  // namespace dunlin::api
