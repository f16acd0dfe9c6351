#pragma once

#include "dunlin/api/call.hpp"

namespace dunlin::api {

Result<http::Response> show_poll(Call& call);
Result<http::Response> vote_in_poll(Call& call);

}  // namespace dunlin::api
