#pragma once

#include "dunlin/api/call.hpp"
#include "dunlin/api/entities/notification.hpp"
#include "dunlin/model/page.hpp"
#include "dunlin/store/notifications.hpp"

#include <optional>
#include <string_view>
#include <vector>

/// What lists and counts of notifications take as parameters, in both versions of the API.
namespace dunlin::api {

/// `limit` and cursors of a list: 40, at most 80.
model::Page read_notification_page(const Call& call);
/// `limit` of a count: 100, at most 1000.
int read_count_limit(const Call& call);
/// `types[]`, `exclude_types[]`, `account_id`, `include_filtered`. nullopt: nothing can match.
std::optional<store::NotificationFilter> read_notification_filter(const Call& call);
/// Types that do not exist here are left out: clients ask for the types of newer servers too.
std::vector<model::NotificationType> read_types(const http::Params& params, std::string_view name);
entities::SupportedTypes read_supported_types(const Call& call);
http::Response count_answer(const Call& call, std::int64_t count);

}  // namespace dunlin::api
