#include "handlers.hpp"
#include "tables.hpp"

namespace dunlin::api {

namespace {

using http::Method;

constexpr Route kInstanceRoutes[] = {
    {Method::get, "/api/v2/instance", Auth::pub, "", &show_instance},
    {Method::get, "/api/v1/instance", Auth::pub, "", &show_v1_instance},
    {Method::get, "/api/v1/instance/rules", Auth::pub, "", &list_rules},
    {Method::get, "/api/v1/custom_emojis", Auth::pub, "", &list_custom_emojis},
};

}  // namespace

std::span<const Route> instance_routes() {
  return kInstanceRoutes;
}

}  // namespace dunlin::api
