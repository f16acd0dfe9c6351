#pragma once

#include "dunlin/base/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace dunlin::model {

/// Stored as numbers. How a relay is spoken to: by its inbox, or followed as an actor.
enum class RelayStyle : std::uint8_t { mastodon = 0, litepub = 1 };
enum class RelayState : std::uint8_t { asked = 0, accepted = 1, refused = 2 };

/// A server that passes public posts on to all who subscribe to it.
struct Relay {
  std::int64_t id = 0;
  std::string url;  // its inbox (mastodon) or actor (litepub)
  RelayStyle style = RelayStyle::mastodon;
  std::string inbox_url;   // "" = not known yet
  std::string follow_uri;  // of our Follow
  RelayState state = RelayState::asked;
  Time created_at{};
  std::optional<std::string> actor_uri{};  // who has accepted it, and speaks for it
};

}  // namespace dunlin::model
