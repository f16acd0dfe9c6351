#pragma once

#include <string_view>

namespace dunlin::web {

extern const std::string_view kStylesheet;

/// The stylesheet's address with a mark of its content, so that caches may keep it for long.
std::string_view stylesheet_href();

}  // namespace dunlin::web
