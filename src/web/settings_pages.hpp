#pragma once

#include "browser_session.hpp"
#include "html.hpp"

#include "dunlin/http/message.hpp"

#include <string_view>

/// What the pages of one's own settings have in common.
namespace dunlin::web {

/// Links to all of them, the one at `path` marked.
Html settings_tabs(std::string_view path);
/// Signs in and comes back to `path`.
http::Response sign_in_for(std::string_view path);

}  // namespace dunlin::web
