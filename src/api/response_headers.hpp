#pragma once

#include "dunlin/http/message.hpp"

namespace dunlin::api {

/// The answer to an OPTIONS request of a path that other origins may use.
http::Response preflight(const http::Request& request);
/// OPTIONS on such a path.
bool is_preflight(const http::Request& request);

/// Cache-Control (private, no-store unless the handler said otherwise), Vary, and for what may be cached a weak ETag
/// with 304 (client-api.md 1.8).
void add_caching(const http::Request& request, http::Response& response);

}  // namespace dunlin::api
