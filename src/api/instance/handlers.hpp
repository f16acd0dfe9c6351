#pragma once

#include "dunlin/api/call.hpp"

namespace dunlin::api {

Result<http::Response> show_instance(Call& call);
Result<http::Response> show_v1_instance(Call& call);
Result<http::Response> list_rules(Call& call);
Result<http::Response> list_custom_emojis(Call& call);

}  // namespace dunlin::api
