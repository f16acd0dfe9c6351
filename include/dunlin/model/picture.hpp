#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace dunlin::model {

/// Stored: append only.
enum class PictureKind : std::uint8_t { avatar = 0, header = 1, emoji = 2, card = 3 };

using PictureId = Id<struct PictureTag>;

/// The picture of an account, of a custom emoji or of a link preview.
struct Picture {
  PictureId id;
  PictureKind kind = PictureKind::avatar;
  std::int64_t owner = 0;                 // an account, a custom emoji, or a preview card
  std::optional<std::string> remote_url;  // nullopt: uploaded here
  std::optional<std::string> file_key;    // nullopt: not here
  std::optional<std::string> still_key;   // of a moving one
  std::int64_t bytes = 0;
  std::string blurhash{};  // of a card's; "" = none
  int failures = 0;        // in a row
  std::optional<Time> retry_at;
  Time last_viewed_at{};
};

}  // namespace dunlin::model
