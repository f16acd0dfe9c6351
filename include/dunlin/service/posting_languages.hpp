#pragma once

#include <string>
#include <vector>

namespace dunlin::service {

/// The codes of all languages that a post may be in (client-api.md 1.3), in order.
const std::vector<std::string>& posting_languages();

}  // namespace dunlin::service
