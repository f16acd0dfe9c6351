#pragma once

#include "dunlin/base/id.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace dunlin::model {

/// Why somebody is advised to follow an account. Append-only: stored as numbers.
enum class SuggestionSource : std::uint8_t {
  friends_of_friends = 0,
  similar = 1,
  most_followed = 2,
  most_interactions = 3
};
/// As the API names it: "friends_of_friends", "similar_to_recently_followed", ...
std::string_view to_string(SuggestionSource source);

struct Suggestion {
  AccountId account_id;
  std::vector<SuggestionSource> sources;  // the best first, at least one
};

}  // namespace dunlin::model
