#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace dunlin::model {

/// Stored as numbers.
enum class ExpandMedia : std::uint8_t { default_ = 0, show_all = 1, hide_all = 2 };
/// As in the API: "default" (hides what is sensitive), "show_all", "hide_all".
std::string_view to_string(ExpandMedia expand);
std::optional<ExpandMedia> parse_expand_media(std::string_view text);

/// How apps are to show what a user reads (client-api.md 6.1, Preferences).
struct ReadingPreferences {
  ExpandMedia expand_media = ExpandMedia::default_;
  bool expand_spoilers = false;
  bool autoplay_gifs = false;
};

}  // namespace dunlin::model
