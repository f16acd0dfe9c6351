// What happens to one reader: notifications, relations, the right to listen.
#include "dunlin/store/accounts.hpp"

#include "handlers.hpp"

#include "dunlin/api/entities/conversation.hpp"
#include "dunlin/api/entities/notification.hpp"
#include "dunlin/store/conversations.hpp"
#include "dunlin/store/notifications.hpp"
#include "dunlin/store/oauth.hpp"

#include <algorithm>
#include <functional>
#include <span>
#include <utility>
#include <vector>

namespace dunlin::streaming {

namespace events = service::events;

namespace {

constexpr std::size_t kJudgedTogether = 1'000;

void send_notifications_event(Publication& to, AccountId receiver, Message& message) {
  for (const auto& [listener, topic] : to.hub.of_account(Channel::user, receiver)) {
    if (listener->identity().hears_notifications) listener->send(message, topic);
  }
  for (const auto& [listener, topic] : to.hub.of_account(Channel::user_notification, receiver)) {
    listener->send(message, topic);
  }
}

/// Closes the streams whose token the API would no longer take.
void judge_again(db::Tx& tx, Hub& hub, const std::function<bool(const Identity&)>& concerned) {
  hub.begin_judgement();
  const auto listeners = hub.listeners(concerned);
  for (std::size_t first = 0; first < listeners.size(); first += kJudgedTogether) {
    const auto some = std::span(listeners).subspan(first, std::min(kJudgedTogether, listeners.size() - first));
    std::vector<TokenId> tokens;
    for (const auto& listener : some) tokens.push_back(listener->identity().token);
    const auto good = store::find_good_tokens(tx, tokens);
    for (const auto& listener : some) {
      if (!good.contains(listener->identity().token)) listener->outbox().end(Ending::revoked);
    }
  }
}

void relation_changed(Publication& to, AccountId who, AccountId target) {
  to.feeds.changed(to.tx, who);
  to.feeds.changed(to.tx, target);
}

}  // namespace

void judge_listeners(db::Tx& tx, Hub& hub) {
  judge_again(tx, hub, [](const Identity&) { return true; });
}

void on(Publication& to, const events::NotificationCreated& event) {
  const bool heard = !to.hub.of_account(Channel::user, event.receiver).empty() ||
                     !to.hub.of_account(Channel::user_notification, event.receiver).empty();
  if (!heard) return;
  const auto notification = store::find_notification(to.tx, event.receiver, event.id);
  if (!notification) return;
  auto rendered = api::entities::render_notifications(to.tx, to.config, event.receiver, std::span(&*notification, 1));
  if (rendered.empty()) return;
  Message message("notification", std::move(rendered.front()));
  send_notifications_event(to, event.receiver, message);
}

void on(Publication& to, const events::NotificationsMerged& event) {
  Message message("notifications_merged", "1");
  send_notifications_event(to, event.receiver, message);
}

void on(Publication& to, const events::FiltersChanged& event) {
  to.filters.forget(event.owner);
  Message message("filters_changed", std::nullopt);
  for (const auto& [listener, topic] : to.hub.of_account(Channel::user, event.owner)) listener->send(message, topic);
}

void on(Publication& to, const events::FollowChanged& event) {
  to.feeds.changed(to.tx, event.who);
}

void on(Publication& to, const events::BlockChanged& event) {
  relation_changed(to, event.who, event.target);
}

void on(Publication& to, const events::MuteChanged& event) {
  to.feeds.changed(to.tx, event.who);
}

void on(Publication& to, const events::RelationsChanged& /*event*/) {
  to.feeds.reset(to.tx);
}

void on(Publication& to, const events::DomainBlockChanged& event) {
  to.feeds.changed(to.tx, event.who);
}

void on(Publication& to, const events::ListChanged& event) {
  to.feeds.changed(to.tx, event.owner);
  to.feeds.list_changed(to.tx, event.owner, model::ListId{event.list});
}

void on(Publication& to, const events::TagFollowChanged& event) {
  to.feeds.changed(to.tx, event.who);
}

void on(Publication& to, const events::TokenRevoked& event) {
  judge_again(to.tx, to.hub, [&](const Identity& who) { return who.token == event.id; });
}

void on(Publication& to, const events::LoginChanged& event) {
  judge_again(to.tx, to.hub, [&](const Identity& who) { return who.user == event.id; });
}

void on(Publication& /*to*/, const events::AccountChanged& /*event*/) {}

void on(Publication& to, const events::AccountSuspended& event) {
  to.feeds.drop_rings();
  judge_again(to.tx, to.hub, [&](const Identity& who) { return who.account == event.id; });
}

void on(Publication& to, const events::AccountDeleted& event) {
  to.feeds.author_left(to.tx, event.id);
  // What it posted here goes bit by bit, and is not shown from now on.
  if (store::find_account(to.tx, event.id)) to.feeds.drop_rings();
  judge_again(to.tx, to.hub, [&](const Identity& who) { return who.account == event.id; });
}

void on(Publication& to, const events::InstancePolicyChanged& /*event*/) {
  to.feeds.reset(to.tx);
}

void on(Publication& /*to*/, const events::EmojisChanged& /*event*/) {}

void on(Publication& to, const events::ConversationChanged& event) {
  const auto subscriptions = to.hub.of_account(Channel::direct, event.owner);
  if (subscriptions.empty()) return;
  const auto conversation = store::find_conversation(to.tx, event.owner, event.id);
  if (!conversation) return;
  auto rendered = api::entities::render_conversations(to.tx, to.config, event.owner, std::span(&*conversation, 1));
  if (rendered.empty()) return;
  Message message("conversation", std::move(rendered.front()));
  for (const auto& [listener, topic] : subscriptions) listener->send(message, topic);
}

}  // namespace dunlin::streaming
