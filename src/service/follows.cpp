#include "dunlin/service/follows.hpp"

#include "relation.hpp"

#include "dunlin/service/events.hpp"
#include "dunlin/service/federation.hpp"
#include "dunlin/service/relationships.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/lists.hpp"
#include "dunlin/store/relationships.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace dunlin::service {

using model::Account;
using model::Follow;
using model::NotificationType;
using model::Relationship;

namespace {

// client-api.md 1.3: whoever has more followers than these may follow a tenth more than follow him.
constexpr std::int64_t kFollowLimit = 7500;

Result<void> check_follow_limit(const Account& who) {
  const std::int64_t limit =
      who.following_count < kFollowLimit ? kFollowLimit : std::max(kFollowLimit, (who.followers_count * 11 + 5) / 10);
  if (who.following_count < limit) return {};
  return fail(Errc::invalid, fmt::format("Validation failed: You cannot follow more than {} people", limit));
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
    env_.events.tell(tx, events::FollowChanged{who.id, target.id});
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
  if (target.domain && store::has_domain_block(tx, who.id, *target.domain)) {
    return fail(Errc::forbidden, "This action is not allowed");
  }
  TRY_VOID(check_follow_limit(who));
  Follow follow{.id = env_.ids.next<FollowId>(),
                .account_id = who.id,
                .target_account_id = target.id,
                .uri = std::nullopt,
                .languages = std::nullopt,
                .created_at = tx.now()};
  follow.uri = who.uri + "#follows/" + follow.id.str();
  apply(options, follow);
  // Who is silenced has to ask, as a silenced stranger has.
  if (target.is_local() && !target.locked && !who.silenced_at) {
    store::upsert_follow(tx, follow);
    env_.events.tell(tx, events::FollowChanged{who.id, target.id});
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
  if (ended) env_.events.tell(tx, events::FollowChanged{who.id, target.id});
  if (withdrawn) store::delete_from_lists(tx, who.id, target.id);
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
  env_.events.tell(tx, events::FollowChanged{follower.id, who.id});
  notifications_.withdraw(tx, NotificationType::follow_request, follower.id, who.id, std::nullopt);
  notifications_.followed(tx, follower.id, who.id);
  if (!follower.is_local()) env_.federation.follow_accepted(tx, *request, follower);
  return relationship(tx, who.id, follower.id);
}

Result<Relationship> FollowService::reject(db::Tx& tx, const Account& who, AccountId follower_id) {
  const auto follower = TRY(existing_target(tx, follower_id));
  auto refused = store::delete_follow_request(tx, follower.id, who.id);
  if (!refused) return fail(Errc::not_found, "Record not found");
  store::delete_from_lists(tx, follower.id, who.id);
  notifications_.withdraw(tx, NotificationType::follow_request, follower.id, who.id, std::nullopt);
  if (!follower.is_local()) env_.federation.follow_rejected(tx, *refused, follower);
  return relationship(tx, who.id, follower.id);
}

Result<Relationship> FollowService::remove_follower(db::Tx& tx, const Account& who, AccountId follower_id) {
  const auto follower = TRY(existing_target(tx, follower_id));
  if (const auto ended = store::delete_follow(tx, follower.id, who.id)) {
    env_.events.tell(tx, events::FollowChanged{follower.id, who.id});
    notifications_.withdraw(tx, NotificationType::follow, follower.id, who.id, std::nullopt);
    if (!follower.is_local()) env_.federation.follow_rejected(tx, *ended, follower);
  }
  return relationship(tx, who.id, follower.id);
}

Result<void> FollowService::turn_away(db::Tx& tx, const Account& who, AccountId follower) {
  TRY(remove_follower(tx, who, follower));
  if (store::find_follow_request(tx, follower, who.id)) TRY(reject(tx, who, follower));
  return {};
}

Result<void> FollowService::sever(db::Tx& tx, const Account& who, const Account& other) {
  TRY(unfollow(tx, who, other.id));
  return turn_away(tx, who, other.id);
}

Result<void> FollowService::accept_all(db::Tx& tx, std::string_view payload) {
  const auto id = AccountId::parse(payload);
  if (!id) return fail(Errc::internal, "malformed job", std::string(payload));
  const auto who = store::find_account(tx, *id);
  // Locked again before its turn came: then those who wait go on waiting.
  if (!who || who->locked) return {};
  constexpr int kAtOnce = 200;
  model::Page page;
  page.limit = kAtOnce;
  const auto waiting = store::list_follow_requests(tx, *id, page);
  for (const auto& ref : waiting) TRY(authorize(tx, *who, ref.account_id));
  if (waiting.size() == kAtOnce) env_.queue.enqueue(tx, {.kind = kAcceptFollowRequests, .payload = id->str()});
  return {};
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
      store::is_blocked(tx, follower.id, target.id) ||
      (follower.domain && store::has_domain_block(tx, target.id, *follower.domain))) {
    env_.federation.follow_rejected(tx, follow, follower);
    return fail(Errc::forbidden, "This action is not allowed", "blocked, moved or not to be followed");
  }
  const bool follows_already = store::find_follow(tx, follower.id, target.id).has_value();
  if (!follows_already && (target.locked || follower.silenced_at)) {
    if (store::upsert_follow_request(tx, follow)) notifications_.follow_requested(tx, follower.id, target.id);
    return {};
  }
  // A peer that lost our Accept asks again: it keeps the new id and gets another Accept.
  if (store::upsert_follow(tx, follow)) {
    env_.events.tell(tx, events::FollowChanged{follower.id, target.id});
    notifications_.followed(tx, follower.id, target.id);
  }
  env_.federation.follow_accepted(tx, follow, follower);
  return {};
}

void FollowService::receive_unfollow(db::Tx& tx, const Account& follower, const Account& target) {
  if (store::delete_follow(tx, follower.id, target.id)) {
    env_.events.tell(tx, events::FollowChanged{follower.id, target.id});
  }
  store::delete_follow_request(tx, follower.id, target.id);
  notifications_.withdraw(tx, NotificationType::follow, follower.id, target.id, std::nullopt);
  notifications_.withdraw(tx, NotificationType::follow_request, follower.id, target.id, std::nullopt);
}

void FollowService::receive_accept(db::Tx& tx, const Follow& request) {
  if (const auto pending = store::delete_follow_request(tx, request.account_id, request.target_account_id)) {
    store::upsert_follow(tx, *pending);
    env_.events.tell(tx, events::FollowChanged{request.account_id, request.target_account_id});
  }
}

void FollowService::receive_reject(db::Tx& tx, AccountId who, AccountId target) {
  if (store::delete_follow(tx, who, target)) env_.events.tell(tx, events::FollowChanged{who, target});
  if (store::delete_follow_request(tx, who, target)) store::delete_from_lists(tx, who, target);
}

}  // namespace dunlin::service
