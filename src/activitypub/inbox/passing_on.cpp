#include "inbox/handlers.hpp"
#include "outbox/thread_of_ours.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/store/relationships.hpp"

#include <array>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace dunlin::activitypub {

namespace {

constexpr int kMostInboxes = 500;
// Each costs a delivery for every server that follows. Who missed something asks the origin.
constexpr int kMostOfOne = 6;  // some corrections in a row are nothing odd
constexpr std::chrono::minutes kWhile{5};
constexpr std::chrono::hours kHour{1};
constexpr int kMostOfActor = 60;
constexpr int kMostOfHost = 600;

bool is_too_much(InboxContext& context, const std::string& what, const std::string& host) {
  const std::array limits{Limit{"passed on " + what, kMostOfOne, kWhile},
                          Limit{"passed on " + context.actor.uri, kMostOfActor, kHour},
                          Limit{"passed on " + host, kMostOfHost, kHour}};
  return count_once(context, FederationService::of(context.env).origin_checks(), limits).has_value();
}

const Activity* undone_announce(const Activity& activity) {
  if (activity.type != ActivityType::undo || activity.objects.empty()) return nullptr;
  const auto& inner = activity.objects.front().activity;
  return inner && inner->type == ActivityType::announce ? &*inner : nullptr;
}

}  // namespace

std::optional<model::Status> to_be_passed_on(InboxContext& context, const Activity& activity) {
  const bool is_about_reply = activity.type == ActivityType::create || activity.type == ActivityType::update ||
                              activity.type == ActivityType::delete_;
  const Activity* const unboosted = undone_announce(activity);
  if (!activity.carries_proof || activity.id.empty() || (!is_about_reply && !unboosted)) return std::nullopt;
  auto reply = find_known_status(context, unboosted ? unboosted->object_id() : activity.object_id());
  if (!is_public_post(reply) || reply->local) return std::nullopt;
  if (!unboosted && reply->account_id != context.actor.id) return std::nullopt;
  return reply;
}

void pass_on(InboxContext& context, const model::Status& reply, std::string_view type, std::string_view body) {
  db::Tx& tx = context.tx;
  const auto ours = find_ours_above(tx, reply);
  if (!ours || store::is_blocked(tx, context.actor.id, ours->account_id)) return;
  auto inboxes = store::list_follower_inboxes(tx, ours->account_id, "", kMostInboxes);
  const std::string origin = domain_of(context.actor.uri);
  std::erase_if(inboxes, [&](const std::string& inbox) { return domain_of(inbox) == origin; });
  if (inboxes.empty() || is_too_much(context, reply.uri + " " + std::string(type) + " " + context.actor.uri, origin))
    return;
  FederationService::of(context.env)
      .deliveries()
      .enqueue(tx,
               {.account_id = ours->account_id,
                .body = std::string(body),
                .object_key = reply.uri,
                .priority = jobs::Priority::relay},
               inboxes);
}

}  // namespace dunlin::activitypub
