#pragma once

#include "dunlin/config/config.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/model/account.hpp"

#include <string_view>

namespace dunlin::api::entities {

/// Profile (client-api.md 6.1): one's own, for editors. `featured_tags`: a JSON array.
void render_profile(json::Writer& out, const config::Config& config, const model::Account& account,
                    std::string_view featured_tags);

}  // namespace dunlin::api::entities
