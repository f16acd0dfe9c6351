#pragma once

#include "dunlin/api/entities/emojis.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/store/announcements.hpp"

#include <span>
#include <string_view>

namespace dunlin::api::entities {

/// Announcement (client-api.md 6.6). `reactions`: of any announcements; `statuses`: those it links, a JSON array.
void render_announcement(json::Writer& out, EmojiLookup& emojis, const store::Announcement& announcement,
                         std::span<const store::AnnouncementReaction> reactions, std::string_view statuses);

}  // namespace dunlin::api::entities
