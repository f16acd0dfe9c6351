#include "dunlin/service/notification_judgement.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using model::NotificationType;
using model::PolicyAction;
using service::Judgement;
using store::NotificationFacts;

namespace {

constexpr Time kNow{std::chrono::milliseconds(1'800'000'000'000)};
constexpr AccountId kSender{1};
constexpr AccountId kReceiver{2};

/// An old account that neither follows nor is followed; the policy accepts everything.
NotificationFacts stranger() {
  NotificationFacts facts;
  facts.receiver = kReceiver;
  facts.reachable = true;
  facts.sender_created_at = kNow - std::chrono::days(400);
  facts.policy = {.for_private_mentions = PolicyAction::accept, .for_limited_accounts = PolicyAction::accept};
  return facts;
}

Judgement judge(const NotificationFacts& facts, NotificationType type = NotificationType::mention) {
  return service::judge_notification(type, kSender, facts, kNow);
}

}  // namespace

TEST_CASE("blocks, mutes and muted threads keep everything away", "[notification]") {
  CHECK(judge(stranger()) == Judgement::tell);
  for (const auto flag :
       {&NotificationFacts::blocked, &NotificationFacts::muted, &NotificationFacts::conversation_muted}) {
    auto facts = stranger();
    facts.*flag = true;
    facts.permitted = true;
    CHECK(judge(facts) == Judgement::drop);
    CHECK(judge(facts, NotificationType::poll) == Judgement::drop);
    CHECK(judge(facts, NotificationType::favourite) == Judgement::drop);
    facts.sender_is_staff = true;
    CHECK(judge(facts) == Judgement::tell);  // a mention by who runs the server arrives
    CHECK(judge(facts, NotificationType::favourite) == Judgement::drop);
  }
  auto gone = stranger();
  gone.reachable = false;
  CHECK(judge(gone) == Judgement::drop);
}

TEST_CASE("one's own deeds are no news, the end of one's poll and one's losses are", "[notification]") {
  auto facts = stranger();
  facts.receiver = kSender;
  CHECK(judge(facts, NotificationType::favourite) == Judgement::drop);
  CHECK(judge(facts, NotificationType::mention) == Judgement::drop);
  CHECK(judge(facts, NotificationType::update) == Judgement::drop);
  CHECK(judge(facts, NotificationType::poll) == Judgement::tell);
  CHECK(judge(facts, NotificationType::severed_relationships) == Judgement::tell);
}

TEST_CASE("a policy looks at whom one does not know", "[notification]") {
  auto facts = stranger();
  SECTION("not followed") {
    facts.policy.for_not_following = PolicyAction::filter;
    CHECK(judge(facts) == Judgement::filter);
    facts.following = true;
    CHECK(judge(facts) == Judgement::tell);
  }
  SECTION("no follower for three days yet") {
    facts.policy.for_not_followers = PolicyAction::drop;
    CHECK(judge(facts) == Judgement::drop);
    facts.follower_since = kNow - std::chrono::days(2);
    CHECK(judge(facts) == Judgement::drop);
    facts.follower_since = kNow - std::chrono::days(3);
    CHECK(judge(facts) == Judgement::tell);
  }
  SECTION("younger than thirty days and not followed") {
    facts.policy.for_new_accounts = PolicyAction::filter;
    CHECK(judge(facts) == Judgement::tell);
    facts.sender_created_at = kNow - std::chrono::days(29);
    CHECK(judge(facts) == Judgement::filter);
    facts.following = true;
    CHECK(judge(facts) == Judgement::tell);
  }
  SECTION("direct and not an answer") {
    facts.policy.for_private_mentions = PolicyAction::filter;
    CHECK(judge(facts) == Judgement::tell);
    facts.visibility = model::Visibility::direct;
    CHECK(judge(facts) == Judgement::filter);
    CHECK(judge(facts, NotificationType::favourite) == Judgement::tell);
    facts.answers_receiver = true;
    CHECK(judge(facts) == Judgement::tell);
    facts.answers_receiver = false;
    facts.following = true;
    CHECK(judge(facts) == Judgement::tell);
  }
  SECTION("limited by the server") {
    facts.policy.for_limited_accounts = PolicyAction::filter;
    CHECK(judge(facts) == Judgement::tell);
    facts.sender_limited = true;
    CHECK(judge(facts) == Judgement::filter);
  }
  SECTION("bots") {
    facts.policy.for_bots = PolicyAction::drop;
    CHECK(judge(facts) == Judgement::tell);
    facts.sender_is_bot = true;
    CHECK(judge(facts) == Judgement::drop);
  }
}

TEST_CASE("the strictest rule wins; whom one has accepted, and what one asked for, passes", "[notification]") {
  auto facts = stranger();
  facts.policy.for_not_following = PolicyAction::filter;
  facts.policy.for_not_followers = PolicyAction::drop;
  CHECK(judge(facts) == Judgement::drop);
  for (const auto type : {NotificationType::status, NotificationType::poll, NotificationType::update,
                          NotificationType::quoted_update, NotificationType::admin_sign_up}) {
    CHECK(judge(facts, type) == Judgement::tell);
  }
  for (const auto type : {NotificationType::reblog, NotificationType::follow, NotificationType::follow_request,
                          NotificationType::favourite, NotificationType::quote}) {
    CHECK(judge(facts, type) == Judgement::drop);
  }
  facts.permitted = true;
  CHECK(judge(facts) == Judgement::tell);
}
