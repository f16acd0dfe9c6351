#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/oauth.hpp"

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// All `hash` parameters are raw SHA-256 digests (crypto::token_hash): secrets are never stored.
namespace dunlin::store {

void insert_application(db::Tx& tx, const model::Application& application);
std::optional<model::Application> find_application(db::Tx& tx, ApplicationId id);
std::optional<model::Application> find_application_by_client_id(db::Tx& tx, std::string_view client_id);
/// Applications older than `before` that own no token.
std::size_t purge_unused_applications(db::Tx& tx, Time before);

void insert_access_token(db::Tx& tx, const model::AccessToken& token, std::string_view hash);
/// Revoked ones too: the caller tells "revoked" from "unknown".
std::optional<model::AccessToken> find_access_token(db::Tx& tx, std::string_view hash);
/// A token with all that a request needs, in one statement.
struct Bearer {
  model::AccessToken token;
  std::optional<model::User> user;
  bool account_suspended = false;
  bool active_today = false;  // the user's activity is noted already (store::touch_user_activity)
};
std::optional<Bearer> find_bearer(db::Tx& tx, std::string_view hash);
/// Those of them with which a user may act: there, not revoked, and of one who is confirmed, approved, and neither
/// disabled nor suspended.
std::set<TokenId> find_good_tokens(db::Tx& tx, std::span<const TokenId> ids);
void revoke_access_token(db::Tx& tx, TokenId id);
/// The user has a live token of this application with all of these scopes.
bool has_granted(db::Tx& tx, UserId user, ApplicationId application, std::span<const std::string> scopes);

void insert_authorization_code(db::Tx& tx, const model::AuthorizationCode& code, std::string_view hash);
/// Removes and returns it: single use. Expired ones are not found.
std::optional<model::AuthorizationCode> take_authorization_code(db::Tx& tx, std::string_view hash);

void insert_session(db::Tx& tx, const model::BrowserSession& session, std::string_view hash,
                    const model::BrowserInfo& browser);
std::optional<model::BrowserSession> find_session(db::Tx& tx, std::string_view hash);
void delete_session(db::Tx& tx, SessionId id);
/// Only if it is this user's.
void delete_session_of(db::Tx& tx, UserId user, SessionId id);
struct SessionRow {
  SessionId id;
  model::BrowserInfo browser;
  Time created_at{};
  std::optional<Time> last_active{};
};
/// Newest first.
std::vector<SessionRow> list_sessions(db::Tx& tx, UserId user);
/// At most one write an hour.
void touch_session(db::Tx& tx, SessionId id);
/// Expired sessions and codes.
void purge_expired_logins(db::Tx& tx);

struct GrantedApplication {
  model::Application application;
  std::vector<std::string> scopes;
  Time granted_at{};
};
std::vector<GrantedApplication> list_granted_applications(db::Tx& tx, UserId user);
/// Revokes every token of the application for this user.
void revoke_grants(db::Tx& tx, UserId user, ApplicationId application);

}  // namespace dunlin::store
