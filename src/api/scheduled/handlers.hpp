#pragma once

#include "dunlin/api/call.hpp"

namespace dunlin::api {

Result<http::Response> list_scheduled_statuses(Call& call);
Result<http::Response> show_scheduled_status(Call& call);
Result<http::Response> move_scheduled_status(Call& call);
Result<http::Response> cancel_scheduled_status(Call& call);

}  // namespace dunlin::api
