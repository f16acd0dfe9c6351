#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace dunlin {
using ReactionId = Id<struct ReactionTag>;
}

namespace dunlin::model {

/// One account's emoji on one status.
struct Reaction {
  ReactionId id;
  StatusId status_id;
  AccountId account_id;
  std::string name;                         // an emoji, `shortcode`, or `shortcode@domain` of another server's
  std::optional<std::string> url{};         // of a custom emoji's picture
  std::optional<std::string> static_url{};  // the same, still
  std::optional<std::int64_t> emoji{};      // read only: the custom emoji of another server, `url` is its picture
  std::optional<std::string> uri{};         // of the activity
  Time created_at{};
};

}  // namespace dunlin::model
