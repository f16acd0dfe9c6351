#pragma once

#include "dunlin/base/hashtags.hpp"

#include <string>
#include <string_view>

/// Tokens that stand for what a status has; no word of a text looks like them.
namespace dunlin::service {

/// It links to somewhere else than a mentioned account or a hashtag.
inline constexpr std::string_view kLinkLexeme = ":link";

inline std::string tag_lexeme(std::string_view tag) {
  return "#" + text::fold_hashtag(tag);
}

}  // namespace dunlin::service
