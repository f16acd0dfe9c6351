#pragma once

#include "dunlin/json/writer.hpp"
#include "dunlin/model/report.hpp"

#include <string_view>

namespace dunlin::api::entities {

/// Report (client-api.md 6.6). `target`: the reported account, rendered.
void render_report(json::Writer& out, const model::Report& report, std::string_view target);

}  // namespace dunlin::api::entities
