#pragma once

#include "html.hpp"

#include <string>
#include <vector>

namespace dunlin::web {

/// What these scopes allow, in plain words: one line for each area, with whether it is read, changed or both.
Html render_scopes(const std::vector<std::string>& scopes);

}  // namespace dunlin::web
