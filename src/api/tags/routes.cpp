#include "handlers.hpp"
#include "tables.hpp"

namespace dunlin::api {

namespace {

using http::Method;

constexpr Route kTagRoutes[] = {
    {Method::get, "/api/v1/tags/:name", Auth::optional, "", &show_tag},
    {Method::post, "/api/v1/tags/:name/follow", Auth::user, "write:follows", &follow_tag},
    {Method::post, "/api/v1/tags/:name/unfollow", Auth::user, "write:follows", &unfollow_tag},
    {Method::post, "/api/v1/tags/:name/feature", Auth::user, "write:accounts", &feature_tag},
    {Method::post, "/api/v1/tags/:name/unfeature", Auth::user, "write:accounts", &unfeature_tag},
    {Method::get, "/api/v1/followed_tags", Auth::user, "read:follows", &list_followed_tags},
    {Method::get, "/api/v1/featured_tags", Auth::user, "read:accounts", &list_featured_tags},
    {Method::post, "/api/v1/featured_tags", Auth::user, "write:accounts", &create_featured_tag},
    {Method::get, "/api/v1/featured_tags/suggestions", Auth::user, "read:accounts", &suggest_featured_tags},
    {Method::delete_, "/api/v1/featured_tags/:id", Auth::user, "write:accounts", &delete_featured_tag},
    {Method::get, "/api/v1/accounts/:id/featured_tags", Auth::pub, "", &list_account_featured_tags},
};

}  // namespace

std::span<const Route> tag_routes() {
  return kTagRoutes;
}

}  // namespace dunlin::api
