#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/relationship.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/notifications.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::service {

struct FollowOptions {
  std::optional<bool> reblogs;  // absent: as it was, else true
  std::optional<bool> notify;   // absent: as it was, else false
  std::optional<std::vector<std::string>> languages;
};

class FollowService {
 public:
  FollowService(Environment& env, NotificationService& notifications) : env_(env), notifications_(notifications) {}

  /// A local account follows any account. Repeating it changes the options. Errors: not_found, forbidden.
  Result<model::Relationship> follow(db::Tx& tx, const model::Account& who, AccountId target,
                                     const FollowOptions& options);
  /// Ends a follow or withdraws a request. Errors: not_found.
  Result<model::Relationship> unfollow(db::Tx& tx, const model::Account& who, AccountId target);
  /// The local account decides about a request. Errors: not_found.
  Result<model::Relationship> authorize(db::Tx& tx, const model::Account& who, AccountId follower);
  Result<model::Relationship> reject(db::Tx& tx, const model::Account& who, AccountId follower);

  /// Ends `follower`'s follow of `who`. Errors: not_found.
  Result<model::Relationship> remove_follower(db::Tx& tx, const model::Account& who, AccountId follower);

  /// The same, and refuses a request of his. Errors: not_found.
  Result<void> turn_away(db::Tx& tx, const model::Account& who, AccountId follower);
  /// Ends follows and requests between the two, both ways.
  Result<void> sever(db::Tx& tx, const model::Account& who, const model::Account& other);
  /// Handles kAcceptFollowRequests (relationships.hpp): everybody who waits, in parts.
  Result<void> accept_all(db::Tx& tx, std::string_view payload);

  /// A remote account asks to follow a local one: a request when locked, else a follow that is accepted at once (again,
  /// if it was there). Errors: forbidden (the answer is a Reject, which is sent here).
  Result<void> receive_follow(db::Tx& tx, const model::Account& follower, const model::Account& target,
                              std::string uri);
  /// A remote account takes its follow or request back.
  void receive_unfollow(db::Tx& tx, const model::Account& follower, const model::Account& target);
  /// The remote account that `follow` asked has agreed or refused.
  void receive_accept(db::Tx& tx, const model::Follow& request);
  void receive_reject(db::Tx& tx, AccountId who, AccountId target);

 private:
  Environment& env_;
  NotificationService& notifications_;
};

}  // namespace dunlin::service
