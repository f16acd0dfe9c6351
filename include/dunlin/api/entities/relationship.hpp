#pragma once

#include "dunlin/json/writer.hpp"
#include "dunlin/model/relationship.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace dunlin::api::entities {

/// Relationship (client-api.md 6.1): every boolean is always there, iOS insists.
void render_relationship(json::Writer& out, const model::Relationship& relationship);
/// MutedAccount: `account`, rendered, and when the mute runs out.
void render_muted_account(json::Writer& out, std::string_view account, std::optional<Time> expires_at);
void render_relationships(json::Writer& out, std::span<const model::Relationship> relationships);

}  // namespace dunlin::api::entities
