#pragma once

#include <string_view>

namespace dunlin::web {

/// The server's icon, `size` pixels wide and high, as a PNG in base64; "" for sizes that there are not.
std::string_view icon_base64(int size);

}  // namespace dunlin::web
