#pragma once

#include "dunlin/api/entities/emojis.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/model/media.hpp"
#include "dunlin/store/status_edits.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dunlin::api::entities {

/// StatusEdit (client-api.md 6.2): one version of a status. `account` is the author, rendered;
/// `domain` his server, nullopt: ours.
void render_status_edit(json::Writer& out, const EntityContext& context, const store::StatusEdit& edit,
                        std::span<const model::MediaAttachment> media, std::string_view account,
                        const std::optional<std::string>& domain);

}  // namespace dunlin::api::entities
