#include "handlers.hpp"
#include "tables.hpp"

namespace dunlin::api {

namespace {

using http::Method;

constexpr std::string_view kRead = "read:notifications";
constexpr std::string_view kWrite = "write:notifications";

constexpr Route kNotificationRoutes[] = {
    {Method::get, "/api/v1/notifications", Auth::user, kRead, &list_notifications},
    {Method::get, "/api/v1/notifications/unread_count", Auth::user, kRead, &count_unread_notifications},
    {Method::get, "/api/v1/notifications/policy", Auth::user, kRead, &show_v1_notification_policy},
    {Method::put, "/api/v1/notifications/policy", Auth::user, kWrite, &update_v1_notification_policy},
    {Method::get, "/api/v1/notifications/requests", Auth::user, kRead, &list_notification_requests},
    {Method::get, "/api/v1/notifications/requests/merged", Auth::user, kRead, &show_merged},
    {Method::get, "/api/v1/notifications/requests/:id", Auth::user, kRead, &show_notification_request},
    {Method::post, "/api/v1/notifications/requests/accept", Auth::user, kWrite, &accept_notification_requests},
    {Method::post, "/api/v1/notifications/requests/dismiss", Auth::user, kWrite, &dismiss_notification_requests},
    {Method::post, "/api/v1/notifications/requests/:id/accept", Auth::user, kWrite, &accept_notification_request},
    {Method::post, "/api/v1/notifications/requests/:id/dismiss", Auth::user, kWrite, &dismiss_notification_request},
    {Method::post, "/api/v1/notifications/clear", Auth::user, kWrite, &clear_notifications},
    {Method::delete_, "/api/v1/notifications/destroy_multiple", Auth::user, kWrite, &dismiss_notifications},
    {Method::get, "/api/v1/notifications/:id", Auth::user, kRead, &show_notification},
    {Method::post, "/api/v1/notifications/:id/dismiss", Auth::user, kWrite, &dismiss_notification},
    {Method::delete_, "/api/v1/notifications/:id", Auth::user, kWrite, &dismiss_notification},
    {Method::get, "/api/v2/notifications", Auth::user, kRead, &list_notification_groups},
    {Method::get, "/api/v2/notifications/unread_count", Auth::user, kRead, &count_unread_groups},
    {Method::get, "/api/v2/notifications/policy", Auth::user, kRead, &show_notification_policy},
    {Method::patch, "/api/v2/notifications/policy", Auth::user, kWrite, &update_notification_policy},
    {Method::post, "/api/v2/notifications/clear", Auth::user, kWrite, &clear_notifications},
    {Method::get, "/api/v2/notifications/:group_key", Auth::user, kRead, &show_notification_group},
    {Method::get, "/api/v2/notifications/:group_key/accounts", Auth::user, kRead, &list_group_accounts},
    {Method::post, "/api/v2/notifications/:group_key/dismiss", Auth::user, kWrite, &dismiss_notification_group},
    {Method::get, "/api/v1/markers", Auth::user, "read:statuses", &show_markers},
    {Method::post, "/api/v1/markers", Auth::user, "write:statuses", &save_markers},
};

}  // namespace

std::span<const Route> notification_routes() {
  return kNotificationRoutes;
}

}  // namespace dunlin::api
