#include "handlers.hpp"
#include "tables.hpp"

namespace dunlin::api {

namespace {

using http::Method;

constexpr Route kPushRoutes[] = {
    {Method::get, "/api/v1/push/subscription", Auth::user, "push", &show_push_subscription},
    {Method::post, "/api/v1/push/subscription", Auth::user, "push", &create_push_subscription},
    {Method::put, "/api/v1/push/subscription", Auth::user, "push", &update_push_subscription},
    {Method::delete_, "/api/v1/push/subscription", Auth::user, "push", &delete_push_subscription},
};

}  // namespace

std::span<const Route> push_routes() {
  return kPushRoutes;
}

}  // namespace dunlin::api
