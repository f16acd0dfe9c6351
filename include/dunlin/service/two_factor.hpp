#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/oauth.hpp"
#include "dunlin/service/attempt_limiter.hpp"
#include "dunlin/service/environment.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::service {

/// The second factor of a sign-in: codes of an authenticator app, or one of ten backup codes (client-api.md 2.7).
class TwoFactorService {
 public:
  explicit TwoFactorService(Environment& env) : env_(env), attempts_(env.clock) {}

  static bool is_on(db::Tx& tx, UserId user);
  /// The secret to put into an app, in base 32; a new one while it was not confirmed.
  std::string begin(db::Tx& tx, UserId user);
  /// What an app reads as a QR code, or takes as a link.
  [[nodiscard]] std::string provisioning_uri(std::string_view username, std::string_view secret) const;
  /// A code shows that the app has the secret: from now on it is asked for. The backup codes, shown this once. Errors:
  /// invalid (wrong code).
  Result<std::vector<std::string>> enable(db::Tx& tx, UserId user, std::string_view code);
  void disable(db::Tx& tx, UserId user);
  /// A code of the app or a backup code, each good once.
  bool check(db::Tx& tx, UserId user, std::string_view code);
  /// Counts an attempt. False: too many in this hour.
  bool may_try(UserId user);

  /// The password was right: what the browser keeps until the code comes.
  std::string start_sign_in(db::Tx& tx, UserId user);
  static std::optional<UserId> find_sign_in(db::Tx& tx, std::string_view cookie);
  static void end_sign_in(db::Tx& tx, std::string_view cookie);

 private:
  Environment& env_;
  AttemptLimiter attempts_;
};

}  // namespace dunlin::service
