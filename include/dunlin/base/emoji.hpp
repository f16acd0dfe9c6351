#pragma once

#include <string_view>

namespace dunlin::text {

/// One emoji and nothing else, as people see it: also with skin tone, as a flag, a family or a keycap.
bool is_emoji(std::string_view text);

}  // namespace dunlin::text
