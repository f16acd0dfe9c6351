#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dunlin::model {

using CollectionId = Id<struct CollectionTag>;
using CollectionItemId = Id<struct CollectionItemTag>;

/// Stored as numbers. Revoked ones stay, so that the account is not added again.
enum class CollectionItemState : std::uint8_t { pending = 0, accepted = 1, rejected = 2, revoked = 3 };

struct CollectionItem {
  CollectionItemId id;
  CollectionId collection_id;
  AccountId account_id;
  CollectionItemState state = CollectionItemState::accepted;
  Time created_at{};

  [[nodiscard]] bool names_account() const {
    return state == CollectionItemState::pending || state == CollectionItemState::accepted;
  }
};

/// Accounts that somebody recommends, under a name.
struct Collection {
  CollectionId id;
  AccountId account_id;
  std::string uri;
  std::string name;
  std::string description;  // plain
  std::optional<std::string> language{};
  bool sensitive = false;
  bool discoverable = false;
  std::optional<std::string> tag_name{};  // as displayed, without '#'
  Time created_at{};
  Time updated_at{};
  std::vector<CollectionItem> items{};  // in order
};

}  // namespace dunlin::model
