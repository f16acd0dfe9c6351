#pragma once

#include "dunlin/api/route.hpp"

#include <span>

/// The route tables of this layer, one for each folder; routes.cpp collects them.
namespace dunlin::api {

std::span<const Route> account_routes();
std::span<const Route> conversation_routes();
std::span<const Route> report_routes();
std::span<const Route> collection_routes();
std::span<const Route> annual_report_routes();
std::span<const Route> announcement_routes();
std::span<const Route> discovery_routes();
std::span<const Route> filter_routes();
std::span<const Route> instance_routes();
std::span<const Route> list_routes();
std::span<const Route> media_routes();
std::span<const Route> notification_routes();
std::span<const Route> poll_routes();
std::span<const Route> scheduled_status_routes();
std::span<const Route> relationship_routes();
std::span<const Route> push_routes();
std::span<const Route> search_routes();
std::span<const Route> status_routes();
std::span<const Route> tag_routes();
std::span<const Route> timeline_routes();

}  // namespace dunlin::api
