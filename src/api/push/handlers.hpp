#pragma once

#include "dunlin/api/call.hpp"

namespace dunlin::api {

Result<http::Response> show_push_subscription(Call& call);
Result<http::Response> create_push_subscription(Call& call);
Result<http::Response> update_push_subscription(Call& call);
Result<http::Response> delete_push_subscription(Call& call);

}  // namespace dunlin::api
