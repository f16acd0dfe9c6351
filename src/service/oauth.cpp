#include "dunlin/service/oauth.hpp"

#include "dunlin/base/random.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/crypto/digest.hpp"
#include "dunlin/crypto/password.hpp"
#include "dunlin/service/events.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/oauth.hpp"
#include "dunlin/store/user_settings.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace dunlin::service {

namespace {

constexpr std::chrono::minutes kCodeLife{10};
constexpr std::chrono::hours kSessionLife{24 * 365};
constexpr std::size_t kMaxNameCharacters = 60;
constexpr std::size_t kMaxUriCharacters = 2000;

/// RFC 3986 3.1; "" when the text has no scheme.
std::string scheme_of(std::string_view uri) {
  const std::size_t colon = uri.find(':');
  if (colon == std::string_view::npos || colon == 0) return {};
  std::string scheme = text::to_lower_ascii(uri.substr(0, colon));
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const bool valid = is_letter(scheme.front()) && std::ranges::all_of(scheme, [&](char c) {
                       return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
                     });
  return valid ? scheme : std::string();
}

/// nullptr when the URI may be registered; else what is wrong, in Mastodon's words.
const char* redirect_uri_fault(std::string_view uri) {
  static constexpr std::array<std::string_view, 3> kForbidden = {"javascript", "data", "vbscript"};
  const bool printable = std::ranges::all_of(uri, [](char c) { return c > ' ' && c < 0x7f; });
  if (!printable || uri.find_first_of("<>\"\\") != std::string_view::npos) return "Redirect URI must be a valid URI.";
  const std::string scheme = scheme_of(uri);
  if (scheme.empty()) return "Redirect URI must be an absolute URI.";
  if (std::ranges::find(kForbidden, scheme) != kForbidden.end()) return "Redirect URI is forbidden by the server.";
  if (uri.contains('#')) return "Redirect URI cannot contain a fragment.";
  if ((scheme == "http" || scheme == "https") && !Url::parse(uri)) return "Redirect URI must be a valid URI.";
  return nullptr;
}

std::vector<std::string> application_faults(const NewApplication& application) {
  std::vector<std::string> faults;
  if (text::trim(application.name).empty()) faults.emplace_back("Application name can't be blank");
  if (text::count_graphemes(application.name) > kMaxNameCharacters) {
    faults.emplace_back("Application name is too long (maximum is 60 characters)");
  }
  std::size_t length = 0;
  for (const std::string& uri : application.redirect_uris) {
    length += uri.size();
    const char* fault = redirect_uri_fault(uri);
    if (fault != nullptr && std::ranges::find(faults, fault) == faults.end()) faults.emplace_back(fault);
  }
  if (application.redirect_uris.empty()) faults.emplace_back("Redirect URI can't be blank");
  if (length > kMaxUriCharacters) faults.emplace_back("Redirect URI is too long (maximum is 2000 characters)");
  if (application.website) {
    if (!Url::parse(*application.website)) faults.emplace_back("Website must be a valid URL");
    if (application.website->size() > kMaxUriCharacters) {
      faults.emplace_back("Website is too long (maximum is 2000 characters)");
    }
  }
  return faults;
}

std::unexpected<Error> invalid_grant() {
  return fail(Errc::bad_request, "invalid_grant",
              "The authorization code is invalid, expired, already used, or was issued for another request.");
}

}  // namespace

bool is_code_challenge(std::string_view text) {
  return text.size() == 43 && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

Result<OAuthService::Registered> OAuthService::register_application(db::Tx& tx, const NewApplication& application) {
  const std::vector<std::string> faults = application_faults(application);
  if (!faults.empty()) return fail(Errc::invalid, "Validation failed: " + text::join(faults, ", "));
  Registered out;
  out.client_secret = random_token();
  out.application = {.id = env_.ids.next<ApplicationId>(),
                     .name = application.name,
                     .website = application.website,
                     .client_id = random_token(),
                     .client_secret_hash = crypto::token_hash(out.client_secret),
                     .redirect_uris = application.redirect_uris,
                     .scopes = application.scopes,
                     .created_at = tx.now()};
  store::insert_application(tx, out.application);
  return out;
}

Result<model::Application> OAuthService::authenticate_client(db::Tx& tx, std::string_view client_id,
                                                             std::string_view client_secret) {
  auto application = store::find_application_by_client_id(tx, client_id);
  if (!application || !text::equals_constant_time(application->client_secret_hash, crypto::token_hash(client_secret))) {
    return fail(Errc::unauthorized, "invalid_client", "The client is unknown or its secret is wrong.");
  }
  return *std::move(application);
}

std::string OAuthService::issue_code(db::Tx& tx, const model::AuthorizationCode& grant) {
  std::string code = random_token();
  model::AuthorizationCode stored = grant;
  stored.expires_at = tx.now() + kCodeLife;
  store::insert_authorization_code(tx, stored, crypto::token_hash(code));
  return code;
}

Result<OAuthService::Issued> OAuthService::exchange_code(db::Tx& tx, const model::Application& application,
                                                         std::string_view code, std::string_view redirect_uri,
                                                         const std::optional<std::string>& code_verifier) {
  const auto grant = store::take_authorization_code(tx, crypto::token_hash(code));
  if (!grant || grant->application_id != application.id || grant->redirect_uri != redirect_uri) return invalid_grant();
  if (grant->code_challenge) {
    if (!code_verifier) return fail(Errc::bad_request, "invalid_request", "Missing required parameter: code_verifier.");
    const std::string challenge = text::base64url_encode(crypto::sha256(*code_verifier));
    if (!text::equals_constant_time(challenge, *grant->code_challenge)) return invalid_grant();
  } else if (code_verifier && !code_verifier->empty()) {
    // RFC 9700 4.8.2: a verifier without a challenge means that somebody took the challenge away.
    return invalid_grant();
  }
  return issue_user_token(tx, application, grant->user_id, grant->scopes);
}

Result<OAuthService::Issued> OAuthService::issue_application_token(db::Tx& tx, const model::Application& application,
                                                                   const std::vector<std::string>& wanted) {
  if (!scopes::subset(wanted, application.scopes)) {
    return fail(Errc::bad_request, "invalid_scope", "The requested scope is not registered for this application.");
  }
  Issued out{.access_token = random_token(),
             .token = {.id = env_.ids.next<TokenId>(),
                       .application_id = application.id,
                       .user_id = std::nullopt,
                       .scopes = wanted,
                       .created_at = tx.now(),
                       .revoked_at = std::nullopt}};
  store::insert_access_token(tx, out.token, crypto::token_hash(out.access_token));
  return out;
}

OAuthService::Issued OAuthService::issue_user_token(db::Tx& tx, const model::Application& application, UserId user,
                                                    std::vector<std::string> wanted) {
  Issued out{.access_token = random_token(),
             .token = {.id = env_.ids.next<TokenId>(),
                       .application_id = application.id,
                       .user_id = user,
                       .scopes = std::move(wanted),
                       .created_at = tx.now(),
                       .revoked_at = std::nullopt}};
  store::insert_access_token(tx, out.token, crypto::token_hash(out.access_token));
  return out;
}

Result<void> OAuthService::revoke(db::Tx& tx, const model::Application& application, std::string_view token) {
  const auto stored = store::find_access_token(tx, crypto::token_hash(token));
  if (!stored) return {};
  if (stored->application_id != application.id) {
    return fail(Errc::forbidden, "unauthorized_client", "You are not authorized to revoke this token");
  }
  store::revoke_access_token(tx, stored->id);
  env_.events.tell(tx, events::TokenRevoked{stored->id});
  return {};
}

OAuthService::SignedIn OAuthService::start_session(db::Tx& tx, UserId user, const model::BrowserInfo& browser) {
  SignedIn out{.cookie = random_token(),
               .session = {.id = env_.ids.next<SessionId>(),
                           .user_id = user,
                           .csrf_token = random_token(),
                           .expires_at = tx.now() + kSessionLife}};
  store::insert_session(tx, out.session, crypto::token_hash(out.cookie), browser);
  return out;
}

std::optional<model::User> OAuthService::check_password(db::Session& session, std::string_view login,
                                                        std::string_view password) {
  // What an unknown login is checked against, so that it takes as long as a known one.
  static const std::string kNobody = crypto::hash_password(random_token()).value();
  auto user = session.read([&](db::Tx& tx) -> Result<std::optional<model::User>> {
    return store::find_user_by_login(tx, text::trim(login));
  });
  const bool known = user && user->has_value();
  const bool right = crypto::verify_password(password, known ? (*user)->password_hash : kNobody);
  if (!known || !right) return std::nullopt;
  model::User& found = **user;
  if (crypto::needs_rehash(found.password_hash)) {
    if (auto hash = crypto::hash_password(password)) {
      session
          .write([&](db::Tx& tx) -> Result<void> {
            store::rehash_password(tx, found.id, found.password_hash, *hash);
            return {};
          })
          .value();
      found.password_hash = *std::move(hash);
    }
  }
  return std::move(found);
}

bool OAuthService::may_sign_in(std::string_view remote_address, std::string_view login) {
  if (!env_.config.limits.rate_limits) return true;
  using namespace std::chrono_literals;
  // Hashed: keys stay short, and no address or login lies about in memory.
  const std::string by_login = "login " + crypto::sha256(text::to_lower_ascii(text::trim(login)));
  const bool address_ok = attempts_.allow("address " + network_of(remote_address), 25, 5min);
  return address_ok && attempts_.allow(by_login, 25, 1h);
}

}  // namespace dunlin::service
