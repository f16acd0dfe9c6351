#include "handlers.hpp"

#include "dunlin/store/notifications.hpp"

namespace dunlin::api {

Result<http::Response> clear_notifications(Call& call) {
  store::clear_notifications(call.tx(), *call.viewer_id());
  return call.json("{}");
}

Result<http::Response> dismiss_notification(Call& call) {
  const auto id = TRY(call.path_id<NotificationId>("id"));
  if (!store::dismiss_notification(call.tx(), *call.viewer_id(), id)) {
    return fail(Errc::not_found, "Record not found");
  }
  return call.json("{}");
}

}  // namespace dunlin::api
