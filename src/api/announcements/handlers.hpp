#pragma once

#include "dunlin/api/call.hpp"

namespace dunlin::api {

// announcements.cpp
Result<http::Response> list_announcements(Call& call);
Result<http::Response> dismiss_announcement(Call& call);
Result<http::Response> react_to_announcement(Call& call);
Result<http::Response> unreact_to_announcement(Call& call);

}  // namespace dunlin::api
