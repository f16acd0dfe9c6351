#pragma once

#include "dunlin/config/config.hpp"
#include "dunlin/json/writer.hpp"

#include <string>

namespace dunlin::api::entities {

inline constexpr int kMaxFeaturedTags = 10;  // service/tags.hpp holds to it

/// The `accounts` member of the new `configuration`.
void render_account_limits(json::Writer& out);
/// `statuses`, `media_attachments` and `polls`, which both versions have.
void render_posting_limits(json::Writer& out, const config::Config& config);

/// ws:// or wss:// and our web host.
std::string streaming_origin(const config::Config& config);

}  // namespace dunlin::api::entities
