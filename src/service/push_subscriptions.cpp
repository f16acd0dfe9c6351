#include "dunlin/service/push_subscriptions.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/crypto/p256.hpp"
#include "dunlin/store/push_subscriptions.hpp"

#include <algorithm>
#include <array>

namespace dunlin::service {

using model::PushSubscription;

namespace {

constexpr std::size_t kAuthBytes = 16;

std::unexpected<Error> invalid(const char* what) {
  return fail(Errc::invalid, std::string("Validation failed: ") + what);
}

/// Push services have names, and public ones: an address, or a name of some inner network, is somebody else's errand.
bool is_public_name(std::string_view host) {
  const auto dot = host.rfind('.');
  if (dot == std::string_view::npos || host.starts_with('[')) return false;
  const auto last = host.substr(dot + 1);
  static constexpr std::array<std::string_view, 5> kInner{"localhost", "local", "internal", "lan", "home"};
  return !last.empty() && (last.front() < '0' || last.front() > '9') && std::ranges::find(kInner, last) == kInner.end();
}

/// Which addresses may be spoken to is decided once more when a message is sent, by what the name stands for then.
bool is_endpoint(const config::Config& config, std::string_view text) {
  const auto url = Url::parse(text);
  if (!url) return false;
  return config.federation.allow_http || (url->scheme == "https" && is_public_name(url->host));
}

/// base64url as browsers write it; some libraries use the other alphabet or any padding.
std::optional<std::string> decode(std::string text) {
  while (text.ends_with('=')) text.pop_back();
  for (char& c : text) {
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  return text::base64url_decode(text);
}

Result<void> apply(const PushAlerts& alerts, PushSubscription& subscription) {
  subscription.alerts_on = alerts.on;
  subscription.alerts_off = alerts.off;
  if (!alerts.policy || alerts.policy->empty()) return {};
  const auto policy = model::parse_push_policy(*alerts.policy);
  if (!policy) return invalid("Policy is not included in the list");
  subscription.policy = *policy;
  return {};
}

}  // namespace

Result<PushSubscription> PushSubscriptionService::subscribe(db::Tx& tx, const model::AccessToken& token,
                                                            AccountId account, std::string access_token,
                                                            const PushRequest& request) {
  if (!is_endpoint(env_.config, request.endpoint)) return invalid("Endpoint is invalid");
  auto key = decode(request.p256dh);
  if (!key || !crypto::is_p256_point(*key)) return invalid("Key p256dh is invalid");
  auto secret = decode(request.auth);
  if (!secret || secret->size() != kAuthBytes) return invalid("Key auth is invalid");
  PushSubscription subscription;
  subscription.token_id = token.id;
  subscription.account_id = account;
  subscription.access_token = std::move(access_token);
  subscription.endpoint = request.endpoint;
  subscription.p256dh = *std::move(key);
  subscription.auth = *std::move(secret);
  subscription.standard = request.standard;
  TRY_VOID(apply(request.alerts, subscription));
  ensure_vapid_key(tx);
  return store::save_push_subscription(tx, subscription);
}

Result<PushSubscription> PushSubscriptionService::update(db::Tx& tx, TokenId token, const PushAlerts& alerts) {
  auto subscription = store::find_push_subscription(tx, token);
  if (!subscription) return fail(Errc::not_found, "Record not found");
  TRY_VOID(apply(alerts, *subscription));
  return store::save_push_subscription(tx, *subscription);
}

void PushSubscriptionService::ensure_vapid_key(db::Tx& tx) {
  if (store::find_vapid_key(tx)) return;
  const auto key = crypto::P256Key::generate();
  store::insert_vapid_key(tx, {.private_pem = key.to_pem(), .public_point = key.public_point()});
}

std::string PushSubscriptionService::vapid_public_key(db::Tx& tx) {
  const auto key = store::find_vapid_key(tx);
  return key ? text::base64url_encode(key->public_point) : std::string();
}

}  // namespace dunlin::service
