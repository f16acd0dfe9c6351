#include "tables.hpp"

#include "dunlin/db/migrate.hpp"
#include "dunlin/store/schema.hpp"

namespace dunlin::web {

namespace {

using api::Access;
using api::Auth;
using api::Body;
using api::Call;
using http::Method;

/// The process answers.
Result<http::Response> show_health(Call&) {
  return http::text_response(200, "text/plain; charset=utf-8", "OK\n");
}

/// The database answers and has the tables of this program.
Result<http::Response> show_ready(Call& call) {
  const auto& known = db::builtin_migrations();
  const auto version = store::find_schema_version(call.tx());
  if (!version || (!known.empty() && *version < known.back().version)) {
    return fail(Errc::unavailable, "The database is not migrated");
  }
  return http::text_response(200, "text/plain; charset=utf-8", "OK\n");
}

constexpr api::Route kRoutes[] = {
    {Method::get, "/health", Auth::pub, "", &show_health, Access::own, 0, Body::raw},
    {Method::get, "/ready", Auth::pub, "", &show_ready, Access::read, 0, Body::raw},
};

}  // namespace

std::span<const api::Route> health_routes() {
  return kRoutes;
}

}  // namespace dunlin::web
