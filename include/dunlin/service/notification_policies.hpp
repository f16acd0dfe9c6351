#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/notification.hpp"
#include "dunlin/service/environment.hpp"

#include <optional>
#include <span>
#include <string>

namespace dunlin::service {

/// What a client says of a policy, as it wrote it; absent members stay.
struct PolicyChanges {
  std::optional<std::string> for_not_following{};
  std::optional<std::string> for_not_followers{};
  std::optional<std::string> for_new_accounts{};
  std::optional<std::string> for_private_mentions{};
  std::optional<std::string> for_limited_accounts{};
  std::optional<std::string> for_bots{};
};

/// Whose notifications a user wants, and those that wait for that decision.
class NotificationPolicyService {
 public:
  explicit NotificationPolicyService(Environment& env) : env_(env) {}

  /// Errors: invalid.
  Result<model::NotificationPolicy> update(db::Tx& tx, AccountId owner, const PolicyChanges& changes);
  /// The senders pass from now on, and what was kept back of theirs is shown: all in this transaction. Unknown requests
  /// are passed over.
  void accept(db::Tx& tx, AccountId owner, std::span<const model::NotificationRequestId> requests);
  /// What was kept back goes; the next one makes a new request.
  void dismiss(db::Tx& tx, AccountId owner, std::span<const model::NotificationRequestId> requests);

 private:
  Environment& env_;
};

}  // namespace dunlin::service
