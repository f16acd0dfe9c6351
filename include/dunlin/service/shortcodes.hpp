#pragma once

#include <string_view>
#include <vector>

namespace dunlin::service {

/// The `:shortcode:`s of a text, in order, without colons (Mastodon: two characters at least, apart from letters and
/// digits). Views into the text.
std::vector<std::string_view> shortcodes_in(std::string_view text);

}  // namespace dunlin::service
