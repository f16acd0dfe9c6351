#pragma once

#include "dunlin/api/call.hpp"

namespace dunlin::api {

// read.cpp
Result<http::Response> list_notifications(Call& call);
Result<http::Response> show_notification(Call& call);
Result<http::Response> count_unread_notifications(Call& call);

// write.cpp
Result<http::Response> clear_notifications(Call& call);
Result<http::Response> dismiss_notification(Call& call);

// markers.cpp
Result<http::Response> show_markers(Call& call);
Result<http::Response> save_markers(Call& call);

}  // namespace dunlin::api
