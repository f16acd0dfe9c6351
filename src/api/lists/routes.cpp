#include "handlers.hpp"
#include "tables.hpp"

namespace dunlin::api {

namespace {

using http::Method;

constexpr Route kListRoutes[] = {
    {Method::get, "/api/v1/lists", Auth::user, "read:lists", &list_own_lists},
    {Method::post, "/api/v1/lists", Auth::user, "write:lists", &create_list},
    {Method::get, "/api/v1/lists/:id", Auth::user, "read:lists", &show_list},
    {Method::put, "/api/v1/lists/:id", Auth::user, "write:lists", &update_list},
    {Method::delete_, "/api/v1/lists/:id", Auth::user, "write:lists", &delete_list},
    {Method::get, "/api/v1/lists/:id/accounts", Auth::user, "read:lists", &list_members},
    {Method::post, "/api/v1/lists/:id/accounts", Auth::user, "write:lists", &add_members},
    {Method::delete_, "/api/v1/lists/:id/accounts", Auth::user, "write:lists", &remove_members},
    {Method::get, "/api/v1/timelines/list/:id", Auth::user, "read:lists", &list_timeline},
    {Method::get, "/api/v1/accounts/:id/lists", Auth::user, "read:lists", &list_lists_with},
};

}  // namespace

std::span<const Route> list_routes() {
  return kListRoutes;
}

}  // namespace dunlin::api
