#pragma once

#include "dunlin/api/call.hpp"

namespace dunlin::api {

/// Opens its own transaction: only resolving needs one that writes.
Result<http::Response> search_all(Call& call);

}  // namespace dunlin::api
