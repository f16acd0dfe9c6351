#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dunlin::service {

/// The form of a language code that clients know (client-api.md 1.3): ISO 639-1, some of 639-3, a few with region.
/// Another region is dropped; unknown languages are nullopt.
std::optional<std::string> normalise_language(std::string_view code);

}  // namespace dunlin::service
