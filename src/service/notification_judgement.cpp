#include "dunlin/service/notification_judgement.hpp"

#include <algorithm>
#include <chrono>

namespace dunlin::service {

using model::NotificationType;
using model::PolicyAction;

namespace {

constexpr std::chrono::days kNewAccount{30};
constexpr std::chrono::days kNewFollower{3};

/// Told to the very account that is named as its sender.
bool may_be_own(NotificationType type) {
  return type == NotificationType::poll || type == NotificationType::severed_relationships ||
         type == NotificationType::moderation_warning;
}

/// What strangers do; the rest was asked for, or is the server's own business.
bool is_subject_to_policy(NotificationType type) {
  switch (type) {
    case NotificationType::mention:
    case NotificationType::reblog:
    case NotificationType::follow:
    case NotificationType::follow_request:
    case NotificationType::favourite:
    case NotificationType::quote:
    case NotificationType::emoji_reaction:
    case NotificationType::added_to_collection:
      return true;
    default:
      return false;
  }
}

/// The strictest of what the policy says about this sender.
PolicyAction policy_action(NotificationType type, const store::NotificationFacts& facts, Time now) {
  const auto& policy = facts.policy;
  auto action = PolicyAction::accept;
  const auto apply = [&action](bool applies, PolicyAction wanted) {
    if (applies) action = std::max(action, wanted);
  };
  const bool stranger = !facts.following;
  const bool old_follower = facts.follower_since && *facts.follower_since <= now - kNewFollower;
  const bool unasked_direct =
      type == NotificationType::mention && facts.visibility == model::Visibility::direct && !facts.answers_receiver;
  apply(stranger, policy.for_not_following);
  apply(!old_follower, policy.for_not_followers);
  apply(stranger && facts.sender_created_at > now - kNewAccount, policy.for_new_accounts);
  apply(stranger && unasked_direct, policy.for_private_mentions);
  apply(stranger && facts.sender_limited, policy.for_limited_accounts);
  apply(stranger && facts.sender_is_bot, policy.for_bots);
  return action;
}

}  // namespace

Judgement judge_notification(NotificationType type, AccountId sender, const store::NotificationFacts& facts, Time now) {
  if (!facts.reachable) return Judgement::drop;
  if (sender == facts.receiver) return may_be_own(type) ? Judgement::tell : Judgement::drop;
  // Who runs the server reaches its people also where they block or mute.
  if (type == NotificationType::mention && facts.sender_is_staff) return Judgement::tell;
  if (facts.blocked || facts.muted || facts.conversation_muted) return Judgement::drop;
  if (!is_subject_to_policy(type) || facts.permitted) return Judgement::tell;
  switch (policy_action(type, facts, now)) {
    case PolicyAction::accept:
      return Judgement::tell;
    case PolicyAction::filter:
      return Judgement::filter;
    case PolicyAction::drop:
      return Judgement::drop;
  }
  return Judgement::tell;
}

}  // namespace dunlin::service
