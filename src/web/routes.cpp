#include "dunlin/web/routes.hpp"

#include "tables.hpp"

#include <array>

namespace dunlin::web {

std::span<const std::span<const api::Route>> routes() {
  static const std::array kTables{activitypub_routes(), authorization_routes(), discovery_routes(),
                                  grant_routes(),       health_routes(),        page_routes(),
                                  sign_in_routes(),     static_routes(),        token_routes()};
  return kTables;
}

}  // namespace dunlin::web
