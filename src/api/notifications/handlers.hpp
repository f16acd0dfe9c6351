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
Result<http::Response> dismiss_notifications(Call& call);

// groups.cpp
Result<http::Response> list_notification_groups(Call& call);
Result<http::Response> show_notification_group(Call& call);
Result<http::Response> list_group_accounts(Call& call);
Result<http::Response> dismiss_notification_group(Call& call);
Result<http::Response> count_unread_groups(Call& call);

// policy.cpp
Result<http::Response> show_notification_policy(Call& call);
Result<http::Response> update_notification_policy(Call& call);
Result<http::Response> show_v1_notification_policy(Call& call);
Result<http::Response> update_v1_notification_policy(Call& call);

// requests.cpp
Result<http::Response> list_notification_requests(Call& call);
Result<http::Response> show_notification_request(Call& call);
Result<http::Response> accept_notification_request(Call& call);
Result<http::Response> dismiss_notification_request(Call& call);
Result<http::Response> accept_notification_requests(Call& call);
Result<http::Response> dismiss_notification_requests(Call& call);
Result<http::Response> show_merged(Call& call);

// markers.cpp
Result<http::Response> show_markers(Call& call);
Result<http::Response> save_markers(Call& call);

}  // namespace dunlin::api
