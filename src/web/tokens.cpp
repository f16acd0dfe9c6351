#include "tables.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/crypto/digest.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/service/media_urls.hpp"
#include "dunlin/service/oauth.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/oauth.hpp"

#include <chrono>

namespace dunlin::web {

namespace {

using api::Access;
using api::Auth;
using api::Call;
using http::Method;

/// RFC 6749 5.2.
http::Response oauth_error(const Error& error) {
  json::Writer writer;
  writer.begin_object().field("error", error.message).field("error_description", error.detail).end_object();
  http::Response response =
      http::text_response(api::to_status(error.code), "application/json; charset=utf-8", writer.take());
  response.headers.add("Cache-Control", "no-store");
  if (response.status == 401) {
    response.headers.add("WWW-Authenticate", "Basic realm=\"Dunlin\", error=\"" + error.message + "\"");
  }
  return response;
}

Error missing(std::string_view name) {
  return {Errc::bad_request, "invalid_request", "Missing required parameter: " + std::string(name) + "."};
}

struct Client {
  std::string id;
  std::string secret;
};

/// RFC 6749 2.3.1: HTTP Basic, or in the body.
Client read_client(const Call& call) {
  static constexpr std::string_view kScheme = "Basic ";
  const std::string_view header = call.request().headers.get("Authorization");
  if (text::starts_with_ignore_case(header, kScheme)) {
    const std::string pair = text::base64_decode(text::trim(header.substr(kScheme.size()))).value_or("");
    const std::size_t colon = pair.find(':');
    if (colon != std::string::npos) {
      return {text::percent_decode(std::string_view(pair).substr(0, colon), true).value_or(""),
              text::percent_decode(std::string_view(pair).substr(colon + 1), true).value_or("")};
    }
  }
  return {call.params().text("client_id").value_or(""), call.params().text("client_secret").value_or("")};
}

Result<model::Application> authenticate_client(Call& call) {
  const Client client = read_client(call);
  return call.services().oauth.authenticate_client(call.tx(), client.id, client.secret);
}

Result<service::OAuthService::Issued> issue(Call& call) {
  const http::Params& params = call.params();
  const std::string grant_type = params.text("grant_type").value_or("");
  if (grant_type.empty()) return std::unexpected(missing("grant_type"));
  if (grant_type != "authorization_code" && grant_type != "client_credentials") {
    return fail(Errc::bad_request, "unsupported_grant_type",
                "Only authorization_code and client_credentials are supported.");
  }
  const auto application = TRY(authenticate_client(call));
  service::OAuthService& oauth = call.services().oauth;
  if (grant_type == "client_credentials") {
    const auto scopes = service::scopes::parse(params.text("scope").value_or(""));
    if (!scopes) return fail(Errc::bad_request, "invalid_scope", "The requested scope is unknown.");
    return oauth.issue_application_token(call.tx(), application, *scopes);
  }
  const auto code = params.text("code");
  const auto redirect_uri = params.text("redirect_uri");
  if (!code || code->empty()) return std::unexpected(missing("code"));
  if (!redirect_uri || redirect_uri->empty()) return std::unexpected(missing("redirect_uri"));
  return oauth.exchange_code(call.tx(), application, *code, *redirect_uri, params.text("code_verifier"));
}

/// A refused exchange commits too: the code it named is used up then.
Result<http::Response> create_token(Call& call) {
  const auto issued = issue(call);
  if (!issued) return oauth_error(issued.error());
  const model::AccessToken& token = issued->token;
  const auto created_at = std::chrono::floor<std::chrono::seconds>(token.created_at).time_since_epoch().count();
  json::Writer writer;
  writer.begin_object()
      .field("access_token", issued->access_token)
      .field("token_type", "Bearer")
      .field("scope", text::join(token.scopes, " "))
      .field("created_at", created_at)
      .end_object();
  http::Response response = call.json(writer.take());
  response.headers.add("Cache-Control", "no-store");
  return response;
}

Result<void> revoke(Call& call) {
  const auto application = TRY(authenticate_client(call));
  const auto token = call.params().text("token");
  if (!token || token->empty()) return std::unexpected(missing("token"));
  return call.services().oauth.revoke(call.tx(), application, *token);
}

Result<http::Response> revoke_token(Call& call) {
  if (const auto done = revoke(call); !done) return oauth_error(done.error());
  return call.json("{}");
}

std::int64_t unix_seconds(Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

/// RFC 7662, for tokens of the application that asks.
Result<http::Response> introspect_token(Call& call) {
  const auto application = authenticate_client(call);
  if (!application) return oauth_error(application.error());
  const auto given = call.params().text("token").value_or("");
  if (given.empty()) return oauth_error(missing("token"));
  const auto token = store::find_access_token(call.tx(), crypto::token_hash(given));
  json::Writer writer;
  writer.begin_object();
  const bool active = token && !token->revoked_at && token->application_id == application->id;
  writer.field("active", active);
  if (active) {
    writer.field("scope", text::join(token->scopes, " ")).field("client_id", application->client_id);
    writer.field("token_type", "Bearer").field("iat", unix_seconds(token->created_at));
  }
  writer.end_object();
  http::Response response = call.json(writer.take());
  response.headers.add("Cache-Control", "no-store");
  return response;
}

/// What older clients ask instead.
Result<http::Response> show_token_info(Call& call) {
  const auto& token = call.bearer()->token;
  const auto application = store::find_application(call.tx(), token.application_id);
  if (!application) return fail(Errc::unauthorized, "The access token is invalid");
  json::Writer writer;
  writer.begin_object();
  writer.field("resource_owner_id", token.user_id);
  writer.key("scope").begin_array();
  for (const auto& scope : token.scopes) writer.value(scope);
  writer.end_array();
  writer.field("expires_in", nullptr);
  writer.key("application").begin_object().field("uid", application->client_id).end_object();
  writer.field("created_at", unix_seconds(token.created_at));
  writer.end_object();
  return call.json(writer.take());
}

Result<http::Response> show_user_info(Call& call) {
  const model::Account& account = call.viewer();
  const config::Config& config = call.config();
  json::Writer writer;
  writer.begin_object()
      .field("iss", config.origin() + "/")
      .field("sub", account.uri)
      .field("name", account.display_name.empty() ? account.username : account.display_name)
      .field("preferred_username", account.username)
      .field("profile", account.url)
      .field("picture", service::media_urls::avatar(config, account))
      .end_object();
  return call.json(writer.take());
}

/// Application (client-api.md 6.6); the caller opens and closes the object.
void add_application(json::Writer& writer, const model::Application& application, std::string_view vapid_key) {
  const auto add_list = [&](std::string_view name, const std::vector<std::string>& values) {
    writer.key(name).begin_array();
    for (const std::string& value : values) writer.value(value);
    writer.end_array();
  };
  writer.field("id", application.id).field("name", application.name).field("website", application.website);
  add_list("scopes", application.scopes);
  add_list("redirect_uris", application.redirect_uris);
  writer.field("redirect_uri", text::join(application.redirect_uris, "\n"));
  writer.field("vapid_key", vapid_key);
}

/// A list, or one string of lines.
std::vector<std::string> read_redirect_uris(const http::Params& params) {
  std::vector<std::string> out;
  for (const std::string& entry : params.list("redirect_uris")) {
    for (const std::string_view line : text::split(entry, '\n')) {
      const std::string_view uri = text::trim(line);
      if (!uri.empty()) out.emplace_back(uri);
    }
  }
  return out;
}

Result<http::Response> create_application(Call& call) {
  const http::Params& params = call.params();
  auto scopes = service::scopes::parse(text::join(params.list("scopes"), " "));
  if (!scopes) return fail(Errc::invalid, "Validation failed: Scopes doesn't match configured on the server.");
  auto website = params.text("website");
  if (website && text::trim(*website).empty()) website.reset();
  const auto registered =
      TRY(call.services().oauth.register_application(call.tx(), {.name = params.text("client_name").value_or(""),
                                                                 .redirect_uris = read_redirect_uris(params),
                                                                 .scopes = *std::move(scopes),
                                                                 .website = std::move(website)}));
  json::Writer writer;
  writer.begin_object();
  add_application(writer, registered.application, service::PushSubscriptionService::vapid_public_key(call.tx()));
  writer.field("client_id", registered.application.client_id)
      .field("client_secret", registered.client_secret)
      .field("client_secret_expires_at", 0)
      .end_object();
  return call.json(writer.take());
}

Result<http::Response> show_application(Call& call) {
  const auto application = store::find_application(call.tx(), call.bearer()->token.application_id);
  if (!application) return fail(Errc::unauthorized, "The access token is invalid");
  json::Writer writer;
  writer.begin_object();
  add_application(writer, *application, service::PushSubscriptionService::vapid_public_key(call.tx()));
  writer.end_object();
  return call.json(writer.take());
}

constexpr api::Route kRoutes[] = {
    {Method::post, "/api/v1/apps", Auth::pub, "", &create_application},
    {Method::get, "/api/v1/apps/verify_credentials", Auth::any, "", &show_application},
    {Method::post, "/oauth/token", Auth::pub, "", &create_token},
    {Method::post, "/oauth/revoke", Auth::pub, "", &revoke_token},
    {Method::post, "/oauth/introspect", Auth::pub, "", &introspect_token, Access::read},
    {Method::get, "/oauth/token/info", Auth::any, "", &show_token_info},
    {Method::get, "/oauth/userinfo", Auth::user, "profile", &show_user_info},
    {Method::post, "/oauth/userinfo", Auth::user, "profile", &show_user_info, Access::read},
};

}  // namespace

std::span<const api::Route> token_routes() {
  return kRoutes;
}

}  // namespace dunlin::web
