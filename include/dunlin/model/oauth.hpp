#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"
#include "dunlin/model/role.hpp"
#include "dunlin/model/status.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dunlin::model {

/// The login of a local account.
struct User {
  UserId id;
  AccountId account_id;
  std::string email;
  std::string password_hash;
  Role role = Role::user;
  std::optional<Time> confirmed_at;
  bool approved = true;
  bool disabled = false;
  std::string locale = "en";
  Visibility default_visibility = Visibility::public_;
  bool default_sensitive = false;
  std::optional<std::string> default_language;
  std::string default_quote_policy = "public";  // public | followers | nobody
  Time created_at{};
};

struct Application {
  ApplicationId id;
  std::string name;
  std::optional<std::string> website;
  std::string client_id;
  std::string client_secret_hash;  // raw sha256
  std::vector<std::string> redirect_uris;
  std::vector<std::string> scopes;
  Time created_at{};
};

struct AccessToken {
  TokenId id;
  ApplicationId application_id;
  std::optional<UserId> user_id;  // nullopt: the application itself
  std::vector<std::string> scopes;
  Time created_at{};
  std::optional<Time> revoked_at;
};

/// What a browser says of itself when it signs in.
struct BrowserInfo {
  std::string user_agent{};
  std::string address{};
};

struct BrowserSession {
  SessionId id;
  UserId user_id;
  std::string csrf_token;
  Time expires_at{};
};

struct AuthorizationCode {
  ApplicationId application_id;
  UserId user_id;
  std::string redirect_uri;
  std::vector<std::string> scopes;
  std::optional<std::string> code_challenge;  // S256
  Time expires_at{};
};

}  // namespace dunlin::model
