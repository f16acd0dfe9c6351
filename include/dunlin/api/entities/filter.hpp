#pragma once

#include "dunlin/json/writer.hpp"
#include "dunlin/store/instance.hpp"

namespace dunlin::api::entities {

/// Filter with its keywords and statuses (client-api.md 6.5).
void render_filter(json::Writer& out, const store::Filter& filter);
/// The V1Filters of a filter: one for each keyword, under the keyword's id.
void render_v1_filters(json::Writer& out, const store::Filter& filter);

}  // namespace dunlin::api::entities
