#include "handlers.hpp"
#include "tables.hpp"

namespace dunlin::api {

namespace {

using http::Method;

constexpr Route kMediaRoutes[] = {
    {Method::post, "/api/v2/media", Auth::user, "write:media", &upload_media, Access::own, kUploadBody},
    {Method::post, "/api/v1/media", Auth::user, "write:media", &upload_media_and_wait, Access::own, kUploadBody},
    {Method::get, "/api/v1/media/:id", Auth::user, "write:media", &show_media},
    {Method::put, "/api/v1/media/:id", Auth::user, "write:media", &update_media, Access::own, kPictureBody},
    {Method::patch, "/api/v1/media/:id", Auth::user, "write:media", &update_media, Access::own, kPictureBody},
    {Method::delete_, "/api/v1/media/:id", Auth::user, "write:media", &delete_media},
};

}  // namespace

std::span<const Route> media_routes() {
  return kMediaRoutes;
}

}  // namespace dunlin::api
