#pragma once

#include "dunlin/api/call.hpp"

namespace dunlin::api {

Result<http::Response> list_filters(Call& call);
Result<http::Response> list_v1_filters(Call& call);

}  // namespace dunlin::api
