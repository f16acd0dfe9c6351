#include "dunlin/service/notification_policies.hpp"

#include "dunlin/service/events.hpp"
#include "dunlin/store/notification_policies.hpp"

#include <array>
#include <utility>

namespace dunlin::service {

namespace {

struct Setting {
  const char* name;
  std::optional<std::string> PolicyChanges::* change;
  model::PolicyAction model::NotificationPolicy::* action;
};
constexpr std::array kSettings{
    Setting{"For not following", &PolicyChanges::for_not_following, &model::NotificationPolicy::for_not_following},
    Setting{"For not followers", &PolicyChanges::for_not_followers, &model::NotificationPolicy::for_not_followers},
    Setting{"For new accounts", &PolicyChanges::for_new_accounts, &model::NotificationPolicy::for_new_accounts},
    Setting{"For private mentions", &PolicyChanges::for_private_mentions,
            &model::NotificationPolicy::for_private_mentions},
    Setting{"For limited accounts", &PolicyChanges::for_limited_accounts,
            &model::NotificationPolicy::for_limited_accounts},
    Setting{"For bots", &PolicyChanges::for_bots, &model::NotificationPolicy::for_bots}};

}  // namespace

Result<model::NotificationPolicy> NotificationPolicyService::update(db::Tx& tx, AccountId owner,
                                                                    const PolicyChanges& changes) {
  auto policy = store::get_notification_policy(tx, owner);
  for (const auto& setting : kSettings) {
    const auto& change = changes.*setting.change;
    if (!change) continue;
    const auto action = model::parse_policy_action(*change);
    if (!action) {
      return fail(Errc::invalid, std::string("Validation failed: ") + setting.name + " is not included in the list");
    }
    policy.*setting.action = *action;
  }
  store::save_notification_policy(tx, owner, policy);
  return policy;
}

void NotificationPolicyService::accept(db::Tx& tx, AccountId owner,
                                       std::span<const model::NotificationRequestId> requests) {
  const auto merged = store::permit_notifications(tx, owner, store::take_notification_requests(tx, owner, requests));
  if (merged > 0) env_.events.tell(tx, events::NotificationsMerged{owner});
}

void NotificationPolicyService::dismiss(db::Tx& tx, AccountId owner,
                                        std::span<const model::NotificationRequestId> requests) {
  store::delete_filtered_notifications(tx, owner, store::take_notification_requests(tx, owner, requests));
}

}  // namespace dunlin::service
