#pragma once

#include "dunlin/json/writer.hpp"
#include "dunlin/model/relationship.hpp"

#include <span>

namespace dunlin::api::entities {

/// Relationship (client-api.md 6.1): every boolean is always there, iOS insists.
void render_relationship(json::Writer& out, const model::Relationship& relationship);
void render_relationships(json::Writer& out, std::span<const model::Relationship> relationships);

}  // namespace dunlin::api::entities
