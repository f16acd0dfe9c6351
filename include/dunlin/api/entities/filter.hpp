#pragma once

#include "dunlin/json/writer.hpp"
#include "dunlin/model/filter.hpp"
#include "dunlin/service/filter_matcher.hpp"

#include <span>

namespace dunlin::api::entities {

/// Filter with its keywords and statuses (client-api.md 6.5).
void render_filter(json::Writer& out, const model::Filter& filter);
void render_filter_keyword(json::Writer& out, const model::Filter::Keyword& keyword);
void render_filter_status(json::Writer& out, const model::Filter::Status& status);
/// An array of FilterResult: the `filtered` of a status.
void render_filter_results(json::Writer& out, std::span<const service::FilterMatch> matches);
/// The V1Filter of one keyword, under the keyword's id.
void render_v1_filter(json::Writer& out, const model::Filter& filter, const model::Filter::Keyword& keyword);

}  // namespace dunlin::api::entities
