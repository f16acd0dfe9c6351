#pragma once

#include "dunlin/json/writer.hpp"
#include "dunlin/model/list.hpp"

namespace dunlin::api::entities {

/// List (client-api.md 6.5).
void render_list(json::Writer& out, const model::List& list);

}  // namespace dunlin::api::entities
