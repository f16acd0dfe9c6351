#include "handlers.hpp"
#include "tables.hpp"

namespace dunlin::api {

namespace {

using http::Method;

constexpr Route kScheduledRoutes[] = {
    {Method::get, "/api/v1/scheduled_statuses", Auth::user, "read:statuses", &list_scheduled_statuses},
    {Method::get, "/api/v1/scheduled_statuses/:id", Auth::user, "read:statuses", &show_scheduled_status},
    {Method::put, "/api/v1/scheduled_statuses/:id", Auth::user, "write:statuses", &move_scheduled_status},
    {Method::patch, "/api/v1/scheduled_statuses/:id", Auth::user, "write:statuses", &move_scheduled_status},
    {Method::delete_, "/api/v1/scheduled_statuses/:id", Auth::user, "write:statuses", &cancel_scheduled_status},
};

}  // namespace

std::span<const Route> scheduled_status_routes() {
  return kScheduledRoutes;
}

}  // namespace dunlin::api
