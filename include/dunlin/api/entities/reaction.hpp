#pragma once

#include "dunlin/config/config.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/store/reactions.hpp"

#include <span>
#include <string_view>

namespace dunlin::api::entities {

/// Emoji reactions in the shape of Pleroma (client-api.md 7.1); `me` only with a viewer.
void render_reactions(json::Writer& out, const config::Config& config, std::span<const store::ReactionCount> reactions,
                      bool with_viewer);
/// One of them with the accounts behind it, rendered as a JSON array.
void render_reaction(json::Writer& out, const config::Config& config, const store::ReactionCount& reaction,
                     bool with_viewer, std::string_view accounts);

}  // namespace dunlin::api::entities
