#pragma once

#include "html.hpp"

#include <string>
#include <string_view>

namespace dunlin::web {

/// A QR code as a picture within the page, so that no other server learns what it says. Empty when the text is too
/// long.
Html render_qr_code(const std::string& text, std::string_view description);

}  // namespace dunlin::web
