#pragma once

#include "dunlin/api/call.hpp"

namespace dunlin::api {

// reports.cpp
Result<http::Response> file_report(Call& call);

}  // namespace dunlin::api
