#pragma once

#include "dunlin/api/call.hpp"

#include <string_view>

namespace dunlin::web {

/// A stored file, or a part of it, or where to get it. Errors: not_found, unavailable.
Result<http::Response> serve_media(api::Call& call, std::string_view key, std::string_view cache_control);

}  // namespace dunlin::web
