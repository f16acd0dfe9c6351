#include "handlers.hpp"
#include "tables.hpp"

namespace dunlin::api {

namespace {

using http::Method;

constexpr Route kTimelineRoutes[] = {
    {Method::get, "/api/v1/timelines/home", Auth::user, "read:statuses", &home_timeline},
    {Method::get, "/api/v1/timelines/public", Auth::optional, "read:statuses", &public_timeline},
    {Method::get, "/api/v1/timelines/tag/:hashtag", Auth::optional, "read:statuses", &tag_timeline},
};

}  // namespace

std::span<const Route> timeline_routes() {
  return kTimelineRoutes;
}

}  // namespace dunlin::api
