#pragma once

#include "dunlin/config/config.hpp"
#include "dunlin/json/writer.hpp"

#include <string>

namespace dunlin::api::entities {

/// The `accounts` member of the new `configuration`; what cannot be done here has limits of 0.
void render_account_limits(json::Writer& out);
/// `statuses`, `media_attachments` and `polls`, which both versions have; likewise.
void render_posting_limits(json::Writer& out, const config::Config& config);

/// ws:// or wss:// and our web host.
std::string streaming_origin(const config::Config& config);

}  // namespace dunlin::api::entities
