#pragma once

#include "html.hpp"

#include "dunlin/api/call.hpp"
#include "dunlin/store/statuses.hpp"

namespace dunlin::web {

/// One status (of a reblog: what it wraps) as an article; nothing when the bundle lacks it. Media is not shown.
Html render_status(const api::Call& call, const store::StatusBundle& bundle, const model::Status& status, bool focus);
std::string avatar_of(const config::Config& config, const model::Account& account);
std::string name_of(const model::Account& account);

}  // namespace dunlin::web
