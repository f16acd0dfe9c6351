#pragma once

#include "dunlin/api/call.hpp"

namespace dunlin::web {

Result<http::Response> show_webfinger(api::Call& call);

}  // namespace dunlin::web
