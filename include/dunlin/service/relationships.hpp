#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/jobs/job.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/page.hpp"
#include "dunlin/model/relationship.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/follows.hpp"
#include "dunlin/service/notifications.hpp"
#include "dunlin/store/blocks.hpp"
#include "dunlin/store/relationships.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::service {

/// Ends the follows between an account and a server that it has blocked. Payload: "<account id> <domain>".
inline constexpr jobs::Kind kLeaveDomain{"leave_domain", jobs::Lane::feed};
/// Lets everybody in who waits for an account that is no longer locked. Payload: the account's id.
inline constexpr jobs::Kind kAcceptFollowRequests{"accept_follow_requests", jobs::Lane::feed};

struct MuteOptions {
  bool notifications = true;                       // hides those too
  std::optional<std::chrono::seconds> duration{};  // nullopt: for ever
};

/// What accounts want of each other beside follows. All that return a Relationship are idempotent and show the new
/// state.
class RelationshipService {
 public:
  RelationshipService(Environment& env, NotificationService& notifications, FollowService& follows)
      : env_(env), notifications_(notifications), follows_(follows) {}

  /// Ends follows and requests both ways and all that rests on them; what the target told is gone. Oneself: nothing
  /// happens. Errors: not_found.
  Result<model::Relationship> block(db::Tx& tx, const model::Account& who, AccountId target);
  Result<model::Relationship> unblock(db::Tx& tx, const model::Account& who, AccountId target);
  /// Repeating it changes the options. Oneself: nothing happens. Errors: not_found.
  Result<model::Relationship> mute(db::Tx& tx, const model::Account& who, AccountId target, const MuteOptions& options);
  Result<model::Relationship> unmute(db::Tx& tx, const model::Account& who, AccountId target);
  /// Blank removes it. Errors: not_found, invalid.
  Result<model::Relationship> set_note(db::Tx& tx, const model::Account& who, AccountId target,
                                       std::string_view comment);
  /// Errors: not_found, invalid unless `who` follows the target.
  Result<model::Relationship> endorse(db::Tx& tx, const model::Account& who, AccountId target);
  Result<model::Relationship> unendorse(db::Tx& tx, const model::Account& who, AccountId target);

  /// Takes effect at once; the follows between the two end by a job, which tells of it. Errors: invalid (no domain, or
  /// our own).
  Result<void> block_domain(db::Tx& tx, const model::Account& who, std::string_view domain);
  Result<void> unblock_domain(db::Tx& tx, const model::Account& who, std::string_view domain);
  /// The follows that such a block would end.
  Result<store::DomainCounts> preview_domain_block(db::Tx& tx, const model::Account& who, std::string_view domain);
  /// Handles kLeaveDomain.
  Result<void> leave_domain(db::Tx& tx, std::string_view payload);

  /// The follow lists and endorsements of an account as `viewer` may see them: empty when the account hides them, is
  /// suspended, or blocks the viewer.
  std::vector<store::AccountRef> followers(db::Tx& tx, std::optional<AccountId> viewer, const model::Account& of,
                                           const model::Page& page);
  std::vector<store::AccountRef> following(db::Tx& tx, std::optional<AccountId> viewer, const model::Account& of,
                                           const model::Page& page);
  std::vector<store::AccountRef> endorsements(db::Tx& tx, std::optional<AccountId> viewer, const model::Account& of,
                                              const model::Page& page);

 private:
  Environment& env_;
  NotificationService& notifications_;
  FollowService& follows_;
};

}  // namespace dunlin::service
