#include "handlers.hpp"
#include "tables.hpp"

namespace dunlin::api {

namespace {

using http::Method;

constexpr Route kPollRoutes[] = {
    // Asks the poll's server when the numbers are old, and stores what it says.
    {Method::get, "/api/v1/polls/:id", Auth::optional, "read:statuses", &show_poll, Access::own},
    {Method::post, "/api/v1/polls/:id/votes", Auth::user, "write:statuses", &vote_in_poll},
};

}  // namespace

std::span<const Route> poll_routes() {
  return kPollRoutes;
}

}  // namespace dunlin::api
