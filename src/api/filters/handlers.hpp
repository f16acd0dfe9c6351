#pragma once

#include "dunlin/api/call.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace dunlin::api {

// filters.cpp
Result<http::Response> list_filters(Call& call);
Result<http::Response> show_filter(Call& call);
Result<http::Response> create_filter(Call& call);
Result<http::Response> update_filter(Call& call);
Result<http::Response> delete_filter(Call& call);

// keywords.cpp
Result<http::Response> list_filter_keywords(Call& call);
Result<http::Response> show_filter_keyword(Call& call);
Result<http::Response> create_filter_keyword(Call& call);
Result<http::Response> update_filter_keyword(Call& call);
Result<http::Response> delete_filter_keyword(Call& call);

// statuses.cpp
Result<http::Response> list_filter_statuses(Call& call);
Result<http::Response> show_filter_status(Call& call);
Result<http::Response> create_filter_status(Call& call);
Result<http::Response> delete_filter_status(Call& call);

// v1.cpp
Result<http::Response> list_v1_filters(Call& call);
Result<http::Response> show_v1_filter(Call& call);
Result<http::Response> create_v1_filter(Call& call);
Result<http::Response> update_v1_filter(Call& call);
Result<http::Response> delete_v1_filter(Call& call);

// filters.cpp: parameters of both versions
/// `context`; nullopt when absent.
std::optional<std::vector<std::string>> read_contexts(const Call& call);
/// `expires_in`: nullopt when absent, an inner nullopt ("never") when blank or null. Errors: invalid.
Result<std::optional<std::optional<std::chrono::seconds>>> read_expires_in(const Call& call);

}  // namespace dunlin::api
