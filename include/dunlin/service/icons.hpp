#pragma once

#include "dunlin/config/config.hpp"

#include <array>
#include <string>

/// The server's icon in the sizes that clients and browsers ask for (client-api.md 6.8, 8.2).
namespace dunlin::service {

inline constexpr std::array kIconSizes{36, 48, 72, 96, 144, 192, 256, 384, 512};
/// What iPhones put on the home screen.
inline constexpr int kTouchIconSize = 180;

inline std::string icon_path(int size) {
  return "/static/icons/" + std::to_string(size) + ".png";
}
inline std::string icon_url(const config::Config& config, int size) {
  return config.origin() + icon_path(size);
}

}  // namespace dunlin::service
