#pragma once

#include "dunlin/api/call.hpp"

namespace dunlin::api {

Result<http::Response> home_timeline(Call& call);
Result<http::Response> public_timeline(Call& call);
Result<http::Response> tag_timeline(Call& call);

}  // namespace dunlin::api
