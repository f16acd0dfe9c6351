#include "handlers.hpp"
#include "tables.hpp"

namespace dunlin::api {

namespace {

using http::Method;

constexpr Route kFilterRoutes[] = {
    {Method::get, "/api/v2/filters", Auth::user, "read:filters", &list_filters},
    {Method::get, "/api/v1/filters", Auth::user, "read:filters", &list_v1_filters},
};

}  // namespace

std::span<const Route> filter_routes() {
  return kFilterRoutes;
}

}  // namespace dunlin::api
