#pragma once

#include "dunlin/api/route.hpp"

#include <span>

/// The route tables of this layer, one for each folder; routes.cpp collects them.
namespace dunlin::api {

std::span<const Route> account_routes();
std::span<const Route> filter_routes();
std::span<const Route> instance_routes();
std::span<const Route> notification_routes();
std::span<const Route> search_routes();
std::span<const Route> status_routes();
std::span<const Route> timeline_routes();

}  // namespace dunlin::api
