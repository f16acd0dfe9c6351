#include "arrival.hpp"

#include "dunlin/service/events.hpp"
#include "dunlin/store/conversations.hpp"
#include "dunlin/store/post_alerts.hpp"

#include <algorithm>
#include <vector>

namespace dunlin::service {

using model::Status;
using model::Visibility;

namespace {

// More would not fit into the index that tells conversations apart.
constexpr std::size_t kMaxParticipants = 100;

bool answers_others(const Status& status) {
  if (status.in_reply_to_account_id) return *status.in_reply_to_account_id != status.account_id;
  return status.in_reply_to_id || status.in_reply_to_uri;
}

void tell_followers(db::Tx& tx, NotificationService& notifications, const Status& status) {
  if (status.visibility == Visibility::direct || answers_others(status)) return;
  for (const auto follower : store::list_alerted_followers(tx, status)) notifications.posted(tx, status, follower);
}

void place_direct(db::Tx& tx, const Environment& env, const Status& status, std::span<const model::Mention> mentions,
                  bool is_news) {
  if (status.visibility != Visibility::direct || !status.conversation_id) return;
  std::vector<AccountId> everybody{status.account_id};
  std::vector<AccountId> owners;
  if (status.local) owners.push_back(status.account_id);
  for (const auto& mention : mentions) {
    if (mention.silent || mention.account_id == status.account_id) continue;
    everybody.push_back(mention.account_id);
    if (!mention.domain) owners.push_back(mention.account_id);
  }
  for (auto* list : {&everybody, &owners}) {
    std::ranges::sort(*list);
    list->erase(std::ranges::unique(*list).begin(), list->end());
  }
  for (const auto owner : owners) {
    auto others = everybody;
    std::erase(others, owner);
    if (others.size() > kMaxParticipants) others.resize(kMaxParticipants);
    const auto conversation = store::place_direct_status(
        tx, owner, status, others, env.ids.next<ConversationId>().value, is_news && owner != status.account_id);
    if (conversation && is_news) env.events.tell(tx, events::ConversationChanged{owner, *conversation});
  }
}

}  // namespace

void status_arrived(db::Tx& tx, const Environment& env, NotificationService& notifications, const Status& status,
                    std::span<const model::Mention> mentions, bool is_news) {
  if (is_news) tell_followers(tx, notifications, status);
  place_direct(tx, env, status, mentions, is_news);
}

void place_edited(db::Tx& tx, const Environment& env, const Status& status, std::span<const model::Mention> mentions) {
  place_direct(tx, env, status, mentions, true);
}

}  // namespace dunlin::service
