#include "dunlin/store/oauth.hpp"

namespace dunlin::store {

namespace {

const db::Statement kInsertApplication{"oauth.insert_application", R"sql(
  INSERT INTO applications (id, name, website, client_id, client_secret_hash, redirect_uris, scopes, created_at)
  VALUES ($1, $2, $3, $4, $5, $6::text[], $7::text[], $8))sql"};

const db::Statement kFindApplication{"oauth.find_application", R"sql(
  SELECT id, name, website, client_id, client_secret_hash, redirect_uris, scopes, created_at
  FROM applications WHERE id = $1)sql"};

const db::Statement kFindApplicationByClientId{"oauth.find_application_by_client_id", R"sql(
  SELECT id, name, website, client_id, client_secret_hash, redirect_uris, scopes, created_at
  FROM applications WHERE client_id = $1)sql"};

const db::Statement kPurgeUnusedApplications{"oauth.purge_unused_applications", R"sql(
  DELETE FROM applications a
  WHERE a.created_at < $1
    AND NOT EXISTS (SELECT FROM access_tokens t WHERE t.application_id = a.id)
    AND NOT EXISTS (SELECT FROM authorization_codes c WHERE c.application_id = a.id))sql"};

model::Application read_application(const db::Row& row) {
  return {.id = row.id<ApplicationId>(0),
          .name = std::string(row.text(1)),
          .website = row.opt_text(2),
          .client_id = std::string(row.text(3)),
          .client_secret_hash = row.bytes(4),
          .redirect_uris = row.texts(5),
          .scopes = row.texts(6),
          .created_at = row.time(7)};
}

const db::Statement kInsertAccessToken{"oauth.insert_access_token", R"sql(
  INSERT INTO access_tokens (id, token_hash, application_id, user_id, scopes, created_at)
  VALUES ($1, $2, $3, $4, $5::text[], $6))sql"};

const db::Statement kFindAccessToken{"oauth.find_access_token", R"sql(
  SELECT id, application_id, user_id, scopes, created_at, revoked_at FROM access_tokens WHERE token_hash = $1)sql"};

const db::Statement kFindBearer{"oauth.find_bearer", R"sql(
  SELECT t.id, t.application_id, t.user_id, t.scopes, t.created_at, t.revoked_at,
         u.account_id, u.email, u.password_hash, u.role, u.confirmed_at, u.approved, u.disabled, u.locale,
         u.default_visibility, u.default_sensitive, u.default_language, u.default_quote_policy,
         u.created_at, a.suspended_at IS NOT NULL, coalesce(u.last_active_on = ($2::timestamptz AT TIME ZONE 'UTC')::date, false)
  FROM access_tokens t
  LEFT JOIN users u ON u.id = t.user_id
  LEFT JOIN accounts a ON a.id = u.account_id
  WHERE t.token_hash = $1)sql"};

const db::Statement kFindGoodTokens{"oauth.find_good_tokens", R"sql(
  SELECT t.id
  FROM access_tokens t JOIN users u ON u.id = t.user_id JOIN accounts a ON a.id = u.account_id
  WHERE t.id = ANY($1::bigint[]) AND t.revoked_at IS NULL AND NOT u.disabled AND a.suspended_at IS NULL
    AND u.confirmed_at IS NOT NULL AND u.approved)sql"};

const db::Statement kRevokeAccessToken{"oauth.revoke_access_token", R"sql(
  UPDATE access_tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL)sql"};

const db::Statement kHasGranted{"oauth.has_granted", R"sql(
  SELECT EXISTS (SELECT FROM access_tokens
                 WHERE user_id = $1 AND application_id = $2 AND revoked_at IS NULL AND scopes @> $3::text[]))sql"};

model::AccessToken read_access_token(const db::Row& row) {
  return {.id = row.id<TokenId>(0),
          .application_id = row.id<ApplicationId>(1),
          .user_id = row.opt_id<UserId>(2),
          .scopes = row.texts(3),
          .created_at = row.time(4),
          .revoked_at = row.opt_time(5)};
}

const db::Statement kInsertCode{"oauth.insert_code", R"sql(
  INSERT INTO authorization_codes (code_hash, application_id, user_id, redirect_uri, scopes, code_challenge, expires_at)
  VALUES ($1, $2, $3, $4, $5::text[], $6, $7))sql"};

const db::Statement kTakeCode{"oauth.take_code", R"sql(
  DELETE FROM authorization_codes WHERE code_hash = $1 AND expires_at > $2
  RETURNING application_id, user_id, redirect_uri, scopes, code_challenge, expires_at)sql"};

const db::Statement kInsertSession{"oauth.insert_session", R"sql(
  INSERT INTO sessions (id, user_id, token_hash, csrf_token, created_at, expires_at, user_agent, address)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8))sql"};

const db::Statement kDeleteSessionOf{"oauth.delete_session_of", "DELETE FROM sessions WHERE id = $2 AND user_id = $1"};

const db::Statement kListSessions{"oauth.list_sessions", R"sql(
  SELECT id, user_agent, address, created_at, last_active
  FROM sessions WHERE user_id = $1 AND expires_at > $2 ORDER BY id DESC LIMIT 100)sql"};

const db::Statement kTouchSession{"oauth.touch_session", R"sql(
  UPDATE sessions SET last_active = $2
  WHERE id = $1 AND (last_active IS NULL OR last_active < $2::timestamptz - interval '1 hour'))sql"};

const db::Statement kFindSession{"oauth.find_session", R"sql(
  SELECT id, user_id, csrf_token, expires_at FROM sessions WHERE token_hash = $1 AND expires_at > $2)sql"};

const db::Statement kDeleteSession{"oauth.delete_session", "DELETE FROM sessions WHERE id = $1"};

const db::Statement kPurgeSessions{"oauth.purge_sessions", "DELETE FROM sessions WHERE expires_at <= $1"};

const db::Statement kPurgeCodes{"oauth.purge_codes", "DELETE FROM authorization_codes WHERE expires_at <= $1"};

// One row per application: the union of the scopes of its live tokens, and when the first of them was given.
const db::Statement kListGranted{"oauth.list_granted", R"sql(
  SELECT a.id, a.name, a.website, a.client_id, a.client_secret_hash, a.redirect_uris, a.scopes, a.created_at,
         array_agg(DISTINCT s.scope ORDER BY s.scope), min(t.created_at)
  FROM access_tokens t
  JOIN applications a ON a.id = t.application_id
  CROSS JOIN LATERAL unnest(t.scopes) AS s (scope)
  WHERE t.user_id = $1 AND t.revoked_at IS NULL
  GROUP BY a.id
  ORDER BY min(t.created_at) DESC, a.id DESC)sql"};

const db::Statement kRevokeGrants{"oauth.revoke_grants", R"sql(
  WITH codes AS (DELETE FROM authorization_codes WHERE user_id = $1 AND application_id = $2)
  UPDATE access_tokens SET revoked_at = $3
  WHERE user_id = $1 AND application_id = $2 AND revoked_at IS NULL)sql"};

}  // namespace

void insert_application(db::Tx& tx, const model::Application& application) {
  tx.exec(kInsertApplication,
          {application.id, application.name, application.website, application.client_id,
           db::Param::bytes(application.client_secret_hash), db::Param::texts(application.redirect_uris),
           db::Param::texts(application.scopes), application.created_at});
}

std::optional<model::Application> find_application(db::Tx& tx, ApplicationId id) {
  const auto rows = tx.exec(kFindApplication, {id});
  if (rows.empty()) return std::nullopt;
  return read_application(rows[0]);
}

std::optional<model::Application> find_application_by_client_id(db::Tx& tx, std::string_view client_id) {
  const auto rows = tx.exec(kFindApplicationByClientId, {client_id});
  if (rows.empty()) return std::nullopt;
  return read_application(rows[0]);
}

std::size_t purge_unused_applications(db::Tx& tx, Time before) {
  return tx.exec(kPurgeUnusedApplications, {before}).affected();
}

void insert_access_token(db::Tx& tx, const model::AccessToken& token, std::string_view hash) {
  tx.exec(kInsertAccessToken, {token.id, db::Param::bytes(hash), token.application_id, token.user_id,
                               db::Param::texts(token.scopes), token.created_at});
}

std::optional<model::AccessToken> find_access_token(db::Tx& tx, std::string_view hash) {
  const auto rows = tx.exec(kFindAccessToken, {db::Param::bytes(hash)});
  if (rows.empty()) return std::nullopt;
  return read_access_token(rows[0]);
}

std::optional<Bearer> find_bearer(db::Tx& tx, std::string_view hash) {
  const auto rows = tx.exec(kFindBearer, {db::Param::bytes(hash), tx.now()});
  if (rows.empty()) return std::nullopt;
  const db::Row row = rows[0];
  Bearer bearer{.token = read_access_token(row), .user = std::nullopt};
  if (!bearer.token.user_id) return bearer;
  bearer.user = model::User{.id = *bearer.token.user_id,
                            .account_id = row.id<AccountId>(6),
                            .email = std::string(row.text(7)),
                            .password_hash = std::string(row.text(8)),
                            .role = static_cast<model::Role>(row.i32(9)),
                            .confirmed_at = row.opt_time(10),
                            .approved = row.boolean(11),
                            .disabled = row.boolean(12),
                            .locale = std::string(row.text(13)),
                            .default_visibility = static_cast<model::Visibility>(row.i32(14)),
                            .default_sensitive = row.boolean(15),
                            .default_language = row.opt_text(16),
                            .default_quote_policy = std::string(row.text(17)),
                            .created_at = row.time(18)};
  bearer.account_suspended = row.boolean(19);
  bearer.active_today = row.boolean(20);
  return bearer;
}

std::set<TokenId> find_good_tokens(db::Tx& tx, std::span<const TokenId> ids) {
  std::set<TokenId> good;
  for (const auto row : tx.exec(kFindGoodTokens, {db::Param::ids(ids)})) good.insert(row.id<TokenId>(0));
  return good;
}

void revoke_access_token(db::Tx& tx, TokenId id) {
  tx.exec(kRevokeAccessToken, {id, tx.now()});
}

bool has_granted(db::Tx& tx, UserId user, ApplicationId application, std::span<const std::string> scopes) {
  return tx.exec(kHasGranted, {user, application, db::Param::texts(scopes)})[0].boolean(0);
}

void insert_authorization_code(db::Tx& tx, const model::AuthorizationCode& code, std::string_view hash) {
  tx.exec(kInsertCode, {db::Param::bytes(hash), code.application_id, code.user_id, code.redirect_uri,
                        db::Param::texts(code.scopes), code.code_challenge, code.expires_at});
}

std::optional<model::AuthorizationCode> take_authorization_code(db::Tx& tx, std::string_view hash) {
  const auto rows = tx.exec(kTakeCode, {db::Param::bytes(hash), tx.now()});
  if (rows.empty()) return std::nullopt;
  const db::Row row = rows[0];
  return model::AuthorizationCode{.application_id = row.id<ApplicationId>(0),
                                  .user_id = row.id<UserId>(1),
                                  .redirect_uri = std::string(row.text(2)),
                                  .scopes = row.texts(3),
                                  .code_challenge = row.opt_text(4),
                                  .expires_at = row.time(5)};
}

void insert_session(db::Tx& tx, const model::BrowserSession& session, std::string_view hash,
                    const model::BrowserInfo& browser) {
  tx.exec(kInsertSession, {session.id, session.user_id, db::Param::bytes(hash), session.csrf_token, tx.now(),
                           session.expires_at, browser.user_agent, browser.address});
}

std::optional<model::BrowserSession> find_session(db::Tx& tx, std::string_view hash) {
  const auto rows = tx.exec(kFindSession, {db::Param::bytes(hash), tx.now()});
  if (rows.empty()) return std::nullopt;
  const db::Row row = rows[0];
  return model::BrowserSession{.id = row.id<SessionId>(0),
                               .user_id = row.id<UserId>(1),
                               .csrf_token = std::string(row.text(2)),
                               .expires_at = row.time(3)};
}

void delete_session(db::Tx& tx, SessionId id) {
  tx.exec(kDeleteSession, {id});
}

void delete_session_of(db::Tx& tx, UserId user, SessionId id) {
  tx.exec(kDeleteSessionOf, {user, id});
}

std::vector<SessionRow> list_sessions(db::Tx& tx, UserId user) {
  std::vector<SessionRow> out;
  for (const db::Row row : tx.exec(kListSessions, {user, tx.now()})) {
    out.push_back({.id = row.id<SessionId>(0),
                   .browser = {.user_agent = std::string(row.text(1)), .address = std::string(row.text(2))},
                   .created_at = row.time(3),
                   .last_active = row.opt_time(4)});
  }
  return out;
}

void touch_session(db::Tx& tx, SessionId id) {
  tx.exec(kTouchSession, {id, tx.now()});
}

void purge_expired_logins(db::Tx& tx) {
  tx.exec(kPurgeSessions, {tx.now()});
  tx.exec(kPurgeCodes, {tx.now()});
}

std::vector<GrantedApplication> list_granted_applications(db::Tx& tx, UserId user) {
  const auto rows = tx.exec(kListGranted, {user});
  std::vector<GrantedApplication> out;
  out.reserve(rows.size());
  for (const db::Row row : rows) out.push_back({read_application(row), row.texts(8), row.time(9)});
  return out;
}

void revoke_grants(db::Tx& tx, UserId user, ApplicationId application) {
  tx.exec(kRevokeGrants, {user, application, tx.now()});
}

}  // namespace dunlin::store
