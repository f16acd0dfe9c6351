#include "handlers.hpp"
#include "tables.hpp"

namespace dunlin::api {

namespace {

using http::Method;

constexpr Route kStatusRoutes[] = {
    {Method::post, "/api/v1/statuses", Auth::user, "write:statuses", &create_status},
    {Method::get, "/api/v1/statuses", Auth::optional, "read:statuses", &list_statuses},
    {Method::get, "/api/v1/statuses/:id", Auth::optional, "read:statuses", &show_status},
    {Method::delete_, "/api/v1/statuses/:id", Auth::user, "write:statuses", &delete_status},
    {Method::get, "/api/v1/statuses/:id/context", Auth::optional, "read:statuses", &show_context},
    {Method::get, "/api/v1/statuses/:id/favourited_by", Auth::optional, "read:accounts", &list_favourited_by},
    {Method::get, "/api/v1/statuses/:id/reblogged_by", Auth::optional, "read:accounts", &list_reblogged_by},
    {Method::post, "/api/v1/statuses/:id/favourite", Auth::user, "write:favourites", &favourite_status},
    {Method::post, "/api/v1/statuses/:id/unfavourite", Auth::user, "write:favourites", &unfavourite_status},
    {Method::post, "/api/v1/statuses/:id/reblog", Auth::user, "write:statuses", &reblog_status},
    {Method::post, "/api/v1/statuses/:id/unreblog", Auth::user, "write:statuses", &unreblog_status},
};

}  // namespace

std::span<const Route> status_routes() {
  return kStatusRoutes;
}

}  // namespace dunlin::api
