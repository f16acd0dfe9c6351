#pragma once

#include <string>
#include <string_view>

namespace dunlin::web {

/// The browser and the system in a few words, from what the browser says of itself.
std::string readable_browser(std::string_view agent);

}  // namespace dunlin::web
