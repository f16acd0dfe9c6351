#pragma once

#include "dunlin/config/config.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/model/preview_card.hpp"

#include <string_view>

namespace dunlin::api::entities {

/// PreviewCard (client-api.md 6.3). `author`: the account that the card names, rendered; "" = none.
void render_preview_card(json::Writer& out, const config::Config& config, const model::PreviewCard& card,
                         std::string_view author);
/// Its members alone, for entities that have more.
void render_preview_card_members(json::Writer& out, const config::Config& config, const model::PreviewCard& card,
                                 std::string_view author);

}  // namespace dunlin::api::entities
