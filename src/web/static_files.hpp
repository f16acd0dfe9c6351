#pragma once

#include <string_view>

namespace dunlin::web {

extern const std::string_view kStylesheet;

/// The stylesheet's address with a mark of its content, so that caches may keep it for long.
std::string_view stylesheet_href();
/// The same of the one script that we have: it tells the height of an embedded status.
std::string_view embed_script_href();

}  // namespace dunlin::web
