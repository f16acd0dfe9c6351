#pragma once

#include <string_view>

namespace dunlin::web {

/// PNG files as base64: the picture of an account without one (256x256), its banner (1200x400), our icon (32x32).
extern const std::string_view kAvatarPng;
extern const std::string_view kHeaderPng;
extern const std::string_view kIconPng;

}  // namespace dunlin::web
