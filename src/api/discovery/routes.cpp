#include "handlers.hpp"
#include "tables.hpp"

namespace dunlin::api {

namespace {

using http::Method;

constexpr Route kDiscoveryRoutes[] = {
    {Method::get, "/api/v1/trends", Auth::optional, "", &trending_tags_v1},
    {Method::get, "/api/v1/trends/tags", Auth::optional, "", &trending_tags},
    {Method::get, "/api/v1/trends/statuses", Auth::optional, "", &trending_statuses},
    {Method::get, "/api/v1/trends/links", Auth::optional, "", &trending_links},
    {Method::get, "/api/v1/timelines/link", Auth::optional, "read:statuses", &link_timeline},
    {Method::get, "/api/v1/directory", Auth::optional, "", &directory},
    {Method::get, "/api/v1/suggestions", Auth::user, "read:accounts", &suggestions_v1},
    {Method::get, "/api/v2/suggestions", Auth::user, "read:accounts", &suggestions_v2},
    {Method::delete_, "/api/v1/suggestions/:account_id", Auth::user, "write:accounts", &dismiss_suggestion},
    {Method::post, "/api/v1/statuses/:id/translate", Auth::user, "read:statuses", &translate_status, Access::own},
    {Method::get, "/api/v1/instance/translation_languages", Auth::pub, "", &translation_languages, Access::own},
};

}  // namespace

std::span<const Route> discovery_routes() {
  return kDiscoveryRoutes;
}

}  // namespace dunlin::api
