#include "handlers.hpp"
#include "tables.hpp"

namespace dunlin::api {

namespace {

using http::Method;

constexpr Route kNotificationRoutes[] = {
    {Method::get, "/api/v1/notifications", Auth::user, "read:notifications", &list_notifications},
    {Method::get, "/api/v1/notifications/unread_count", Auth::user, "read:notifications", &count_unread_notifications},
    {Method::get, "/api/v1/notifications/:id", Auth::user, "read:notifications", &show_notification},
    {Method::post, "/api/v1/notifications/clear", Auth::user, "write:notifications", &clear_notifications},
    {Method::post, "/api/v1/notifications/:id/dismiss", Auth::user, "write:notifications", &dismiss_notification},
    {Method::delete_, "/api/v1/notifications/:id", Auth::user, "write:notifications", &dismiss_notification},
    {Method::get, "/api/v1/markers", Auth::user, "read:statuses", &show_markers},
    {Method::post, "/api/v1/markers", Auth::user, "write:statuses", &save_markers},
};

}  // namespace

std::span<const Route> notification_routes() {
  return kNotificationRoutes;
}

}  // namespace dunlin::api
