#pragma once

#include "dunlin/api/route.hpp"

#include <span>

/// The route tables of this layer; routes.cpp collects them.
namespace dunlin::web {

std::span<const api::Route> about_routes();
std::span<const api::Route> account_settings_routes();
std::span<const api::Route> activitypub_routes();
std::span<const api::Route> alias_page_routes();
std::span<const api::Route> authorization_routes();
std::span<const api::Route> collection_page_routes();
std::span<const api::Route> confirmation_routes();
std::span<const api::Route> discovery_routes();
std::span<const api::Route> grant_routes();
std::span<const api::Route> health_routes();
std::span<const api::Route> home_page_routes();
std::span<const api::Route> manifest_routes();
std::span<const api::Route> media_file_routes();
std::span<const api::Route> profile_page_routes();
std::span<const api::Route> remote_media_routes();
std::span<const api::Route> password_routes();
std::span<const api::Route> preference_routes();
std::span<const api::Route> second_factor_routes();
std::span<const api::Route> sign_in_routes();
std::span<const api::Route> sign_up_routes();
std::span<const api::Route> static_routes();
std::span<const api::Route> status_page_routes();
std::span<const api::Route> token_routes();

}  // namespace dunlin::web
