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

/// Scope strings (client-api.md 2.1).
namespace scopes {
/// Every scope that exists.
const std::vector<std::string>& all();
/// Split at spaces, duplicates removed; nullopt when one is unknown. "" gives {"read"}.
std::optional<std::vector<std::string>> parse(std::string_view text);
/// `granted` holds `wanted`, its parent, or "follow" where `wanted` is one of the scopes that follow stands for.
bool satisfies(const std::vector<std::string>& granted, std::string_view wanted);
/// Each wanted scope is in `registered` or a child of one that is.
bool subset(const std::vector<std::string>& wanted, const std::vector<std::string>& registered);
}  // namespace scopes

struct NewApplication {
  std::string name;
  std::vector<std::string> redirect_uris;
  std::vector<std::string> scopes;
  std::optional<std::string> website;
};

inline constexpr std::string_view kOutOfBand = "urn:ietf:wg:oauth:2.0:oob";

/// RFC 7636 4.2: 43 characters of base64url, as an S256 challenge is.
bool is_code_challenge(std::string_view text);

/// RFC 6749, 7636 (S256 only), 7009 as Mastodon speaks them. An OAuth error is Error{code, message = the OAuth error
/// name ("invalid_grant"), detail = its description}. Any thread may call.
class OAuthService {
 public:
  explicit OAuthService(Environment& env) : env_(env), attempts_(env.clock) {}

  struct Registered {
    model::Application application;
    std::string client_secret;  // shown once
  };
  /// Errors: invalid with Mastodon's texts.
  Result<Registered> register_application(db::Tx& tx, const NewApplication& application);
  /// Errors: unauthorized "invalid_client".
  Result<model::Application> authenticate_client(db::Tx& tx, std::string_view client_id,
                                                 std::string_view client_secret);

  struct Issued {
    std::string access_token;
    model::AccessToken token;
  };
  /// A code for redirect_uri; 10 minutes, single use.
  std::string issue_code(db::Tx& tx, const model::AuthorizationCode& grant);
  /// Errors: bad_request "invalid_grant" / "invalid_request".
  Result<Issued> exchange_code(db::Tx& tx, const model::Application& application, std::string_view code,
                               std::string_view redirect_uri, const std::optional<std::string>& code_verifier);
  /// Errors: bad_request "invalid_scope".
  Result<Issued> issue_application_token(db::Tx& tx, const model::Application& application,
                                         const std::vector<std::string>& wanted);
  /// For `dunlin token create`.
  Issued issue_user_token(db::Tx& tx, const model::Application& application, UserId user,
                          std::vector<std::string> wanted);
  /// Unknown tokens are fine. Errors: forbidden "unauthorized_client" for another application's token.
  Result<void> revoke(db::Tx& tx, const model::Application& application, std::string_view token);

  struct SignedIn {
    std::string cookie;
    model::BrowserSession session;
  };
  SignedIn start_session(db::Tx& tx, UserId user, const model::BrowserInfo& browser);

  /// The user whom e-mail address (or username) and password name; nullopt for any wrong pair, in the same time. Takes
  /// 20 ms of work outside any transaction; a hash of old costs is renewed.
  std::optional<model::User> check_password(db::Session& session, std::string_view login, std::string_view password);

  /// Counts an attempt to sign in. False: too many from this address or for this login.
  bool may_sign_in(std::string_view remote_address, std::string_view login);

 private:
  Environment& env_;
  AttemptLimiter attempts_;
};

}  // namespace dunlin::service
