#pragma once

#include "dunlin/config/config.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/model/media.hpp"

#include <span>

namespace dunlin::api::entities {

/// MediaAttachment (client-api.md 6.3).
void render_media_attachment(json::Writer& out, const config::Config& config, const model::MediaAttachment& media);
/// A JSON array of them.
void render_media_attachments(json::Writer& out, const config::Config& config,
                              std::span<const model::MediaAttachment> media);

}  // namespace dunlin::api::entities
