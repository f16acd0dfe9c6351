#pragma once

#include "dunlin/config/config.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/trend.hpp"
#include "dunlin/store/tags.hpp"

namespace dunlin::api::entities {

/// The member `history` of a tag or a link.
void render_history(json::Writer& out, const model::UseHistory& history);
/// Tag (client-api.md 6.5). `marks` nullptr: nobody is signed in.
void render_tag(json::Writer& out, const config::Config& config, const store::Tag& tag,
                const model::UseHistory& history, const store::TagMarks* marks);

/// FeaturedTag (client-api.md 6.1).
void render_featured_tag(json::Writer& out, const config::Config& config, const model::Account& account,
                         const store::FeaturedTag& tag);

}  // namespace dunlin::api::entities
