#include "handlers.hpp"
#include "tables.hpp"

namespace dunlin::api {

namespace {

using http::Method;

constexpr Route kFilterRoutes[] = {
    {Method::get, "/api/v2/filters", Auth::user, "read:filters", &list_filters},
    {Method::post, "/api/v2/filters", Auth::user, "write:filters", &create_filter},
    {Method::get, "/api/v2/filters/:id", Auth::user, "read:filters", &show_filter},
    {Method::put, "/api/v2/filters/:id", Auth::user, "write:filters", &update_filter},
    {Method::delete_, "/api/v2/filters/:id", Auth::user, "write:filters", &delete_filter},
    {Method::get, "/api/v2/filters/:filter_id/keywords", Auth::user, "read:filters", &list_filter_keywords},
    {Method::post, "/api/v2/filters/:filter_id/keywords", Auth::user, "write:filters", &create_filter_keyword},
    {Method::get, "/api/v2/filters/keywords/:id", Auth::user, "read:filters", &show_filter_keyword},
    {Method::put, "/api/v2/filters/keywords/:id", Auth::user, "write:filters", &update_filter_keyword},
    {Method::delete_, "/api/v2/filters/keywords/:id", Auth::user, "write:filters", &delete_filter_keyword},
    {Method::get, "/api/v2/filters/:filter_id/statuses", Auth::user, "read:filters", &list_filter_statuses},
    {Method::post, "/api/v2/filters/:filter_id/statuses", Auth::user, "write:filters", &create_filter_status},
    {Method::get, "/api/v2/filters/statuses/:id", Auth::user, "read:filters", &show_filter_status},
    {Method::delete_, "/api/v2/filters/statuses/:id", Auth::user, "write:filters", &delete_filter_status},
    {Method::get, "/api/v1/filters", Auth::user, "read:filters", &list_v1_filters},
    {Method::post, "/api/v1/filters", Auth::user, "write:filters", &create_v1_filter},
    {Method::get, "/api/v1/filters/:id", Auth::user, "read:filters", &show_v1_filter},
    {Method::put, "/api/v1/filters/:id", Auth::user, "write:filters", &update_v1_filter},
    {Method::delete_, "/api/v1/filters/:id", Auth::user, "write:filters", &delete_v1_filter},
};

}  // namespace

std::span<const Route> filter_routes() {
  return kFilterRoutes;
}

}  // namespace dunlin::api
