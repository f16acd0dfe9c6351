#pragma once

#include "dunlin/api/call.hpp"
#include "dunlin/model/oauth.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace dunlin::web {

/// What an application asks for at /oauth/authorize, checked (client-api.md 2.3).
struct AuthorizationRequest {
  model::Application application;
  std::string redirect_uri;  // one of the application's
  std::vector<std::string> scopes;
  std::optional<std::string> state;
  std::optional<std::string> code_challenge;
};

/// The answer to a request that may not go on: a page when the redirect URI cannot be trusted, else a redirect with
/// `error`.
using CheckedRequest = std::variant<AuthorizationRequest, http::Response>;
CheckedRequest read_authorization_request(db::Tx& tx, const api::Call& call);

/// The parameters that lead to the same request again.
std::vector<std::pair<std::string_view, std::string>> parameters_of(const AuthorizationRequest& request);
/// To the application with a code, or to our own page that shows it.
http::Response redirect_with_code(const AuthorizationRequest& request, std::string_view code);
http::Response redirect_with_error(const config::Config& config, std::string_view redirect_uri,
                                   const std::optional<std::string>& state, std::string_view error,
                                   std::string_view description);

}  // namespace dunlin::web
