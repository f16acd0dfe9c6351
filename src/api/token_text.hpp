#pragma once

#include "dunlin/http/message.hpp"
#include "dunlin/http/params.hpp"

#include <string>

namespace dunlin::api {

/// The token that a request shows (RFC 6750 2): the Authorization header, else a form or query parameter. "" when there
/// is none.
std::string token_text(const http::Request& request, const http::Params& params);

}  // namespace dunlin::api
