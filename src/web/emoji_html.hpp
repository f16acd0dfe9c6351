#pragma once

#include "dunlin/api/entities/emojis.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dunlin::web {

/// HTML with the custom emojis outside of tags as pictures. `html`: sanitised or escaped; `domain`: of its author,
/// nullopt = local.
std::string with_emojis(std::string_view html, api::entities::EmojiLookup& emojis,
                        const std::optional<std::string>& domain);

}  // namespace dunlin::web
