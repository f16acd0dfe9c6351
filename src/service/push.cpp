#include "dunlin/service/push.hpp"

#include "push_payload.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/crypto/web_push.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/notifications.hpp"
#include "dunlin/store/push_subscriptions.hpp"
#include "dunlin/store/relationships.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace dunlin::service {

using model::Notification;
using model::PushPolicy;
using model::PushSubscription;

namespace {

using namespace std::chrono_literals;

constexpr auto kLife = 48h;  // TTL, and for how long we try
constexpr auto kJwtLife = 12h;
constexpr int kLastAttempt = 14;  // the queue would keep what failed once more as given up
constexpr std::size_t kMaxInFlight = 12;
constexpr auto kLongest = 60s;  // more than an attempt takes
constexpr auto kBusy = 1s;
constexpr int kShareOfAge = 8;  // what has waited long for a service that is down does not ask again at once
constexpr int kFailuresToRest = 5;
constexpr auto kRest = 60s;

struct Target {
  NotificationId notification;
  AccountId receiver;
  std::optional<TokenId> token;
};

std::optional<Target> parse_payload(std::string_view payload) {
  const auto parts = text::split(payload, ' ');
  if (parts.size() < 2) return std::nullopt;
  const auto notification = NotificationId::parse(parts[0]);
  const auto receiver = AccountId::parse(parts[1]);
  if (!notification || !receiver) return std::nullopt;
  return Target{*notification, *receiver, parts.size() > 2 ? TokenId::parse(parts[2]) : std::nullopt};
}

bool wants(db::Tx& tx, const PushSubscription& subscription, const Notification& notification) {
  const auto type = model::to_string(notification.type);
  if (std::ranges::find(subscription.alerts_on, type) == subscription.alerts_on.end()) return false;
  switch (subscription.policy) {
    case PushPolicy::all:
      return true;
    case PushPolicy::followed:
      return store::find_follow(tx, notification.account_id, notification.from_account_id).has_value();
    case PushPolicy::follower:
      return store::find_follow(tx, notification.from_account_id, notification.account_id).has_value();
    case PushPolicy::none:
      return false;
  }
  return false;
}

/// Worth another try: the service is busy, broken or cannot be reached.
bool is_passing(const RemoteDocument& answer) {
  const bool accepted = answer.status >= 200 && answer.status < 300;
  const bool refused = answer.status >= 400 && answer.status < 500 && answer.status != 408 && answer.status != 429;
  return !answer.failure.empty() || (!accepted && !refused);
}

std::string contact(const config::Config& config) {
  const auto& mail = config.instance.contact_email;
  return mail.empty() ? config.origin() : "mailto:" + mail;
}

}  // namespace

std::optional<Time> PushHosts::enter(const std::string& host, JobId what) {
  const std::lock_guard lock(mutex_);
  const auto now = clock_.now();
  State& state = hosts_[host];
  if (state.rests_until > now) return state.rests_until;
  std::erase_if(state.in_flight, [&](const auto& one) { return now - one.second > kLongest; });
  if (state.in_flight.size() >= kMaxInFlight) return now + kBusy;
  state.in_flight.insert_or_assign(what, now);
  return std::nullopt;
}

void PushHosts::leave(const std::string& host, JobId what, bool answered) {
  const std::lock_guard lock(mutex_);
  State& state = hosts_[host];
  state.in_flight.erase(what);
  state.failures = answered ? 0 : state.failures + 1;
  if (state.failures >= kFailuresToRest) state.rests_until = clock_.now() + kRest;
  if (state.in_flight.empty() && state.failures == 0) hosts_.erase(host);
}

void PushService::notified(db::Tx& tx, const events::NotificationCreated& event) {
  if (store::list_push_subscriptions(tx, event.receiver).empty()) return;
  queue_.enqueue(tx,
                 {.kind = kPushNotification, .payload = fmt::format("{} {}", event.id.value, event.receiver.value)});
}

Result<void> PushService::fan_out(db::Tx& tx, std::string_view payload) {
  const auto target = parse_payload(payload);
  if (!target) return {};
  const auto notification = store::find_notification(tx, target->receiver, target->notification);
  if (!notification) return {};
  for (const auto& subscription : store::list_push_subscriptions(tx, target->receiver)) {
    if (!wants(tx, subscription, *notification)) continue;
    queue_.enqueue(tx, {.kind = kPushMessage,
                        .payload = fmt::format("{} {} {}", target->notification.value, target->receiver.value,
                                               subscription.token_id.value)});
  }
  return {};
}

Result<void> PushService::send(db::Tx& tx, RemoteDocuments& documents, const jobs::Job& job) {
  const auto target = parse_payload(job.payload);
  if (!target || !target->token) return {};
  const auto subscription = store::find_push_subscription(tx, *target->token);
  const auto endpoint = subscription ? Url::parse(subscription->endpoint) : std::nullopt;
  if (!endpoint) return {};
  RemoteRequest request{.url = subscription->endpoint, .kind = RemoteKind::push};
  if (const auto* answer = documents.find_answer(request.url, request.kind)) {
    hosts_.leave(endpoint->authority(), job.id, !is_passing(*answer));
    if (is_passing(*answer)) {
      if (job.attempts >= kLastAttempt) return {};
      return fail(Errc::remote_failed, "The push service did not take the message",
                  answer->failure.empty() ? fmt::format("status {}", answer->status) : answer->failure);
    }
    if (answer->status < 400) return {};
    log::info("push subscription removed", {log::kv("host", endpoint->authority()), log::kv("status", answer->status)});
    store::delete_push_subscription(tx, *target->token);
    return {};
  }
  const auto notification = store::find_notification(tx, target->receiver, target->notification);
  if (!notification || tx.now() - notification->created_at > kLife) return {};
  auto payload = render_push_payload(tx, env_.config, *subscription, *notification);
  const auto vapid = store::find_vapid_key(tx);
  if (!payload || !vapid) return {};
  if (const auto later = hosts_.enter(endpoint->authority(), job.id)) {
    // Not this message's fault: no attempt is counted.
    const auto age = tx.now() - notification->created_at;
    queue_.enqueue(tx, {.kind = kPushMessage, .payload = job.payload, .run_at = *later + age / kShareOfAge});
    return {};
  }
  auto message = TRY(
      crypto::make_push_message(subscription->standard ? crypto::PushEncoding::aes128gcm : crypto::PushEncoding::aesgcm,
                                {.p256dh = subscription->p256dh, .auth = subscription->auth}, *payload,
                                TRY(crypto::P256Key::from_pem(vapid->private_pem)), endpoint->origin(),
                                contact(env_.config), tx.now() + kJwtLife));
  request.headers = std::move(message.headers);
  request.headers.emplace_back("Content-Type", "application/octet-stream");
  request.headers.emplace_back("TTL", std::to_string(std::chrono::seconds(kLife).count()));
  request.headers.emplace_back("Urgency", "normal");
  request.body = std::move(message.body);
  TRY_VOID(documents.get(request));
  return {};
}

}  // namespace dunlin::service
