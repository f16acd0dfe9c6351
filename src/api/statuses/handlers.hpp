#pragma once

#include "dunlin/api/call.hpp"

namespace dunlin::api {

// read.cpp
Result<http::Response> show_status(Call& call);
Result<http::Response> list_statuses(Call& call);
Result<http::Response> show_context(Call& call);
Result<http::Response> list_favourited_by(Call& call);
Result<http::Response> list_reblogged_by(Call& call);

// write.cpp
Result<http::Response> create_status(Call& call);
Result<http::Response> delete_status(Call& call);

// reactions.cpp
Result<http::Response> favourite_status(Call& call);
Result<http::Response> unfavourite_status(Call& call);
Result<http::Response> reblog_status(Call& call);
Result<http::Response> unreblog_status(Call& call);

/// `visibility` of a request. Errors: invalid for an unknown one.
Result<std::optional<model::Visibility>> read_visibility(const Call& call);

}  // namespace dunlin::api
