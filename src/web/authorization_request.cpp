#include "authorization_request.hpp"

#include "layout.hpp"
#include "redirect_target.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/service/oauth.hpp"
#include "dunlin/store/oauth.hpp"

#include <algorithm>

namespace dunlin::web {

CheckedRequest read_authorization_request(db::Tx& tx, const api::Call& call) {
  const http::Params& params = call.params();
  auto application = store::find_application_by_client_id(tx, params.text("client_id").value_or(""));
  if (!application) {
    return render_message(call.config(), 401, "Unknown application",
                          "This server does not know the application that sent you here (invalid_client). Try to "
                          "sign in from the application again.");
  }
  AuthorizationRequest request{.application = *std::move(application),
                               .redirect_uri = params.text("redirect_uri").value_or(""),
                               .scopes = {},
                               .state = params.text("state"),
                               .code_challenge = std::nullopt};
  if (std::ranges::find(request.application.redirect_uris, request.redirect_uri) ==
      request.application.redirect_uris.end()) {
    return render_message(call.config(), 400, "Wrong return address",
                          "The application asks to return to an address that it did not register (invalid_request).");
  }
  const auto refuse = [&](std::string_view error, std::string_view description) {
    return redirect_with_error(call.config(), request.redirect_uri, request.state, error, description);
  };
  const std::string response_type = params.text("response_type").value_or("");
  if (response_type.empty()) return refuse("invalid_request", "Missing required parameter: response_type.");
  if (response_type != "code") return refuse("unsupported_response_type", "Only the response type code is supported.");

  auto scopes = service::scopes::parse(params.text("scope").value_or(""));
  if (!scopes || !service::scopes::subset(*scopes, request.application.scopes)) {
    return refuse("invalid_scope", "The requested scope is unknown or not registered for this application.");
  }
  request.scopes = *std::move(scopes);

  const std::string challenge = params.text("code_challenge").value_or("");
  const std::string method = params.text("code_challenge_method").value_or("");
  if (!challenge.empty()) {
    if (method != "S256") return refuse("invalid_code_challenge_method", "The code challenge method must be S256.");
    if (!service::is_code_challenge(challenge)) return refuse("invalid_request", "The code challenge is malformed.");
    request.code_challenge = challenge;
  } else if (!method.empty()) {
    return refuse("invalid_request", "Missing required parameter: code_challenge.");
  }
  return request;
}

std::vector<std::pair<std::string_view, std::string>> parameters_of(const AuthorizationRequest& request) {
  std::vector<std::pair<std::string_view, std::string>> out = {{"response_type", "code"},
                                                               {"client_id", request.application.client_id},
                                                               {"redirect_uri", request.redirect_uri},
                                                               {"scope", text::join(request.scopes, " ")}};
  if (request.state) out.emplace_back("state", *request.state);
  if (request.code_challenge) {
    out.emplace_back("code_challenge", *request.code_challenge);
    out.emplace_back("code_challenge_method", "S256");
  }
  return out;
}

http::Response redirect_with_code(const AuthorizationRequest& request, std::string_view code) {
  if (request.redirect_uri == service::kOutOfBand) {
    return redirect(with_query("/oauth/authorize/native", {{"code", code}}));
  }
  std::vector<std::pair<std::string_view, std::string_view>> parameters = {{"code", code}};
  if (request.state) parameters.emplace_back("state", *request.state);
  return redirect(with_query(request.redirect_uri, parameters));
}

http::Response redirect_with_error(const config::Config& config, std::string_view redirect_uri,
                                   const std::optional<std::string>& state, std::string_view error,
                                   std::string_view description) {
  if (redirect_uri == service::kOutOfBand) {
    return render_message(config, error == "access_denied" ? 200 : 400,
                          error == "access_denied" ? "Access denied" : "The request cannot be granted",
                          std::string(description) + " (" + std::string(error) + ")");
  }
  std::vector<std::pair<std::string_view, std::string_view>> parameters = {{"error", error},
                                                                           {"error_description", description}};
  if (state) parameters.emplace_back("state", *state);
  return redirect(with_query(redirect_uri, parameters));
}

}  // namespace dunlin::web
