#pragma once

#include "dunlin/json/writer.hpp"
#include "dunlin/store/notifications.hpp"

namespace dunlin::api::entities {

/// Marker (client-api.md 6.4), under its timeline's name in an object.
void render_marker(json::Writer& out, const store::Marker& marker);

}  // namespace dunlin::api::entities
