#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/oauth.hpp"
#include "dunlin/model/push_subscription.hpp"
#include "dunlin/service/environment.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dunlin::service {

/// What a client wants to be told of.
struct PushAlerts {
  std::vector<std::string> on;  // of the types that exist
  std::vector<std::string> off;
  std::optional<std::string> policy;  // absent: all, or as it was
};

struct PushRequest {
  std::string endpoint;
  std::string p256dh;  // base64url
  std::string auth;    // base64url
  bool standard = false;
  PushAlerts alerts;
};

/// Web Push: who wants to be told where. The messages are sent elsewhere.
class PushSubscriptionService {
 public:
  explicit PushSubscriptionService(Environment& env) : env_(env) {}

  /// `access_token`: as the client sent it. Errors: invalid.
  Result<model::PushSubscription> subscribe(db::Tx& tx, const model::AccessToken& token, AccountId account,
                                            std::string access_token, const PushRequest& request);
  /// Replaces the alerts as a whole. Errors: not_found, invalid.
  Result<model::PushSubscription> update(db::Tx& tx, TokenId token, const PushAlerts& alerts);

  /// Makes the server's key when there is none.
  static void ensure_vapid_key(db::Tx& tx);
  /// base64url, unpadded; "" before the server was started for the first time.
  static std::string vapid_public_key(db::Tx& tx);

 private:
  Environment& env_;
};

}  // namespace dunlin::service
