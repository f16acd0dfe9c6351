#pragma once

#include "dunlin/api/route.hpp"

#include <span>

/// The route tables of this layer; routes.cpp collects them.
namespace dunlin::web {

std::span<const api::Route> activitypub_routes();
std::span<const api::Route> authorization_routes();
std::span<const api::Route> discovery_routes();
std::span<const api::Route> grant_routes();
std::span<const api::Route> health_routes();
std::span<const api::Route> page_routes();
std::span<const api::Route> sign_in_routes();
std::span<const api::Route> static_routes();
std::span<const api::Route> token_routes();

}  // namespace dunlin::web
