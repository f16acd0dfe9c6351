#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace dunlin::media_worker {

/// A few dozen characters from which a blurred stand-in of a picture is drawn (blurha.sh): 4 by 3 components, upright
/// 3 by 4. `rgb`: width * height * 3 bytes of sRGB; a few dozen pixels are enough.
std::string blurhash(std::span<const std::uint8_t> rgb, int width, int height);

}  // namespace dunlin::media_worker
