#include "handlers.hpp"
#include "tables.hpp"

namespace dunlin::api {

namespace {

using http::Method;

constexpr Route kSearchRoutes[] = {
    {Method::get, "/api/v2/search", Auth::optional, "read:search", &search_all, Access::own},
};

}  // namespace

std::span<const Route> search_routes() {
  return kSearchRoutes;
}

}  // namespace dunlin::api
