#pragma once

#include "dunlin/api/call.hpp"

namespace dunlin::api {

// lists.cpp
Result<http::Response> list_own_lists(Call& call);
Result<http::Response> list_lists_with(Call& call);
Result<http::Response> create_list(Call& call);
Result<http::Response> show_list(Call& call);
Result<http::Response> update_list(Call& call);
Result<http::Response> delete_list(Call& call);

// members.cpp
Result<http::Response> list_members(Call& call);
Result<http::Response> add_members(Call& call);
Result<http::Response> remove_members(Call& call);
Result<http::Response> list_timeline(Call& call);

}  // namespace dunlin::api
