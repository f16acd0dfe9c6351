#pragma once

#include "dunlin/api/route.hpp"
#include "dunlin/http/message.hpp"

#include <span>
#include <string_view>

/// What is not the REST API: sign-in and OAuth, discovery documents, pages for people, ActivityPub routes, health.
namespace dunlin::web {

std::span<const std::span<const api::Route>> routes();

/// An error as a page: give it to the Dispatcher.
http::Response error_page(const http::Request& request, int status, std::string_view message);

}  // namespace dunlin::web
