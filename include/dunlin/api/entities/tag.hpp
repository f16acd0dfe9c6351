#pragma once

#include "dunlin/config/config.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/store/instance.hpp"

namespace dunlin::api::entities {

/// Tag (client-api.md 6.5). The viewer's own members are there for a signed-in viewer.
void render_tag(json::Writer& out, const config::Config& config, const store::Tag& tag, bool signed_in);

}  // namespace dunlin::api::entities
