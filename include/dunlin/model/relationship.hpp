#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dunlin::model {

/// A follow or a follow request.
struct Follow {
  FollowId id;
  AccountId account_id;
  AccountId target_account_id;
  std::optional<std::string> uri;  // of the Follow activity
  bool show_reblogs = true;
  bool notify = false;
  std::optional<std::vector<std::string>> languages;
  Time created_at{};
};

/// A block of one account by another.
struct Block {
  std::int64_t id = 0;
  AccountId account_id;
  AccountId target_account_id;
  std::optional<std::string> uri;  // of the Block activity
};

/// What a viewer has to do with another account.
struct Relationship {
  AccountId account_id;
  bool following = false;
  bool showing_reblogs = false;
  bool notifying = false;
  std::optional<std::vector<std::string>> languages;
  bool followed_by = false;
  bool blocking = false;
  bool blocked_by = false;
  bool muting = false;
  bool muting_notifications = false;
  std::optional<Time> muting_expires_at;
  bool requested = false;
  bool requested_by = false;
  bool domain_blocking = false;  // the viewer wants nothing of the account's server
  bool endorsed = false;
  std::string note{};  // the viewer's own
};

}  // namespace dunlin::model
