#pragma once

#include <string>
#include <string_view>

/// Texts on their way to a translator and back, as HTML. Custom emojis must come back as they were.
namespace dunlin::service {

/// Puts each :shortcode: outside of tags into an element that is not translated. `html`: sanitised.
std::string protect_emojis(std::string_view html);
/// Takes those elements out again.
std::string release_emojis(std::string html);

}  // namespace dunlin::service
