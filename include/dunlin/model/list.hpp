#pragma once

#include "dunlin/base/id.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dunlin::model {

/// Whose answers to others a list shows: those to its members, to anyone whom its owner follows, to nobody.
/// Append-only: stored as numbers.
enum class RepliesPolicy : std::uint8_t { list = 0, followed = 1, none = 2 };
/// "list", "followed", "none".
std::string_view to_string(RepliesPolicy policy);
std::optional<RepliesPolicy> parse_replies_policy(std::string_view text);

using ListId = Id<struct ListTag>;

/// Accounts that one user reads together.
struct List {
  ListId id;
  AccountId account_id;
  std::string title;
  RepliesPolicy replies_policy = RepliesPolicy::list;
  bool exclusive = false;  // its members are not at home
};

}  // namespace dunlin::model
