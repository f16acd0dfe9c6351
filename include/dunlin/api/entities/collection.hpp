#pragma once

#include "dunlin/api/entities/emojis.hpp"
#include "dunlin/config/config.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/model/collection.hpp"

#include <optional>

namespace dunlin::api::entities {

/// Collection (client-api.md 6.6). The owner sees every item, others what is accepted.
void render_collection(json::Writer& out, const config::Config& config, const model::Collection& collection,
                       std::optional<AccountId> viewer);
void render_collection_item(json::Writer& out, const model::CollectionItem& item);

}  // namespace dunlin::api::entities
