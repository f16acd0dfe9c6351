#include "dunlin/service/follows.hpp"

#include "dunlin/service/federation.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/relationships.hpp"

#include <array>
#include <utility>

namespace dunlin::service {

using model::Account;
using model::Follow;
using model::NotificationType;
using model::Relationship;

namespace {

Relationship relationship(db::Tx& tx, AccountId viewer, AccountId target) {
  const std::array ids{target};
  return store::list_relationships(tx, viewer, ids).at(0);
}

Result<Account> existing_target(db::Tx& tx, AccountId id) {
  auto target = store::find_account(tx, id);
  if (!target || id == model::kInstanceActorId) return fail(Errc::not_found, "Record not found");
  return std::move(*target);
}

void apply(const FollowOptions& options, Follow& follow) {
  if (options.reblogs) follow.show_reblogs = *options.reblogs;
  if (options.notify) follow.notify = *options.notify;
  if (options.languages) {
    // An empty list lifts the restriction.
    follow.languages = options.languages->empty() ? std::nullopt : options.languages;
  }
}

}  // namespace

Result<Relationship> FollowService::follow(db::Tx& tx, const Account& who, AccountId target_id,
                                           const FollowOptions& options) {
  const auto target = TRY(existing_target(tx, target_id));
  if (target.id == who.id) return fail(Errc::forbidden, "Following your own account is not allowed");
  if (auto existing = store::find_follow(tx, who.id, target.id)) {
    apply(options, *existing);
    store::upsert_follow(tx, *existing);
    return relationship(tx, who.id, target.id);
  }
  if (auto pending = store::find_follow_request(tx, who.id, target.id)) {
    apply(options, *pending);
    store::upsert_follow_request(tx, *pending);
    return relationship(tx, who.id, target.id);
  }
  if (target.suspended_at || target.moved_to_id || store::is_blocked(tx, who.id, target.id)) {
    return fail(Errc::forbidden, "This action is not allowed");
  }
  Follow follow{.id = env_.ids.next<FollowId>(),
                .account_id = who.id,
                .target_account_id = target.id,
                .uri = std::nullopt,
                .languages = std::nullopt,
                .created_at = tx.now()};
  follow.uri = who.uri + "#follows/" + follow.id.str();
  apply(options, follow);
  if (target.is_local() && !target.locked) {
    store::upsert_follow(tx, follow);
    notifications_.followed(tx, who.id, target.id);
  } else {
    store::upsert_follow_request(tx, follow);
    if (target.is_local()) {
      notifications_.follow_requested(tx, who.id, target.id);
    } else {
      env_.federation.follow_requested(tx, follow, target);
    }
  }
  auto result = relationship(tx, who.id, target.id);
  if (!target.is_local() && !target.locked) {
    // Mastodon shows an unlocked remote account as followed at once; its Accept is a matter of seconds.
    result.following = true;
    result.requested = false;
    result.showing_reblogs = follow.show_reblogs;
    result.notifying = follow.notify;
    result.languages = follow.languages;
  }
  return result;
}

Result<Relationship> FollowService::unfollow(db::Tx& tx, const Account& who, AccountId target_id) {
  const auto target = TRY(existing_target(tx, target_id));
  auto ended = store::delete_follow(tx, who.id, target.id);
  auto withdrawn = store::delete_follow_request(tx, who.id, target.id);
  if (!ended) ended = std::move(withdrawn);
  if (ended) {
    if (target.is_local()) {
      notifications_.withdraw(tx, NotificationType::follow, who.id, target.id, std::nullopt);
      notifications_.withdraw(tx, NotificationType::follow_request, who.id, target.id, std::nullopt);
    } else {
      env_.federation.unfollowed(tx, *ended, target);
    }
  }
  return relationship(tx, who.id, target.id);
}

Result<Relationship> FollowService::authorize(db::Tx& tx, const Account& who, AccountId follower_id) {
  const auto request = store::delete_follow_request(tx, follower_id, who.id);
  if (!request) return fail(Errc::not_found, "Record not found");
  const auto follower = TRY(existing_target(tx, follower_id));
  store::upsert_follow(tx, *request);
  notifications_.withdraw(tx, NotificationType::follow_request, follower.id, who.id, std::nullopt);
  notifications_.followed(tx, follower.id, who.id);
  if (!follower.is_local()) env_.federation.follow_accepted(tx, *request, follower);
  return relationship(tx, who.id, follower.id);
}

Result<Relationship> FollowService::reject(db::Tx& tx, const Account& who, AccountId follower_id) {
  const auto follower = TRY(existing_target(tx, follower_id));
  auto refused = store::delete_follow_request(tx, follower.id, who.id);
  if (!refused) return fail(Errc::not_found, "Record not found");
  notifications_.withdraw(tx, NotificationType::follow_request, follower.id, who.id, std::nullopt);
  if (!follower.is_local()) env_.federation.follow_rejected(tx, *refused, follower);
  return relationship(tx, who.id, follower.id);
}

Result<Relationship> FollowService::remove_follower(db::Tx& tx, const Account& who, AccountId follower_id) {
  const auto follower = TRY(existing_target(tx, follower_id));
  if (const auto ended = store::delete_follow(tx, follower.id, who.id)) {
    notifications_.withdraw(tx, NotificationType::follow, follower.id, who.id, std::nullopt);
    if (!follower.is_local()) env_.federation.follow_rejected(tx, *ended, follower);
  }
  return relationship(tx, who.id, follower.id);
}

Result<void> FollowService::receive_follow(db::Tx& tx, const Account& follower, const Account& target,
                                           std::string uri) {
  Follow follow{.id = env_.ids.next<FollowId>(),
                .account_id = follower.id,
                .target_account_id = target.id,
                .uri = std::move(uri),
                .languages = std::nullopt,
                .created_at = tx.now()};
  if (target.suspended_at || target.moved_to_id || target.id == model::kInstanceActorId ||
      store::is_blocked(tx, follower.id, target.id)) {
    env_.federation.follow_rejected(tx, follow, follower);
    return fail(Errc::forbidden, "This action is not allowed", "blocked, moved or not to be followed");
  }
  const bool follows_already = store::find_follow(tx, follower.id, target.id).has_value();
  if (!follows_already && (target.locked || follower.silenced_at)) {
    if (store::upsert_follow_request(tx, follow)) notifications_.follow_requested(tx, follower.id, target.id);
    return {};
  }
  // A peer that lost our Accept asks again: it keeps the new id and gets another Accept.
  if (store::upsert_follow(tx, follow)) notifications_.followed(tx, follower.id, target.id);
  env_.federation.follow_accepted(tx, follow, follower);
  return {};
}

void FollowService::receive_unfollow(db::Tx& tx, const Account& follower, const Account& target) {
  store::delete_follow(tx, follower.id, target.id);
  store::delete_follow_request(tx, follower.id, target.id);
  notifications_.withdraw(tx, NotificationType::follow, follower.id, target.id, std::nullopt);
  notifications_.withdraw(tx, NotificationType::follow_request, follower.id, target.id, std::nullopt);
}

void FollowService::receive_accept(db::Tx& tx, const Follow& request) {
  if (const auto pending = store::delete_follow_request(tx, request.account_id, request.target_account_id)) {
    store::upsert_follow(tx, *pending);
  }
}

void FollowService::receive_reject(db::Tx& tx, AccountId who, AccountId target) {
  store::delete_follow(tx, who, target);
  store::delete_follow_request(tx, who, target);
}

}  // namespace dunlin::service
