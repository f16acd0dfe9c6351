#include "redirect_target.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/http/params.hpp"
#include "dunlin/service/oauth.hpp"
#include "dunlin/store/oauth.hpp"

#include <algorithm>

namespace dunlin::web {

std::string with_query(std::string_view redirect_uri,
                       const std::vector<std::pair<std::string_view, std::string_view>>& parameters) {
  std::string out(redirect_uri);
  char separator = out.contains('?') ? '&' : '?';
  if (out.ends_with('?') || out.ends_with('&')) separator = '\0';
  for (const auto& [name, value] : parameters) {
    if (separator != '\0') out += separator;
    separator = '&';
    out += std::string(name) + "=" + text::percent_encode(value);
  }
  return out;
}

std::string redirect_host(std::string_view redirect_uri) {
  if (const auto url = Url::parse(redirect_uri)) return url->authority();
  return std::string(redirect_uri.substr(0, redirect_uri.find(':'))) + " (an app on this device)";
}

std::string form_action_of(std::string_view redirect_uri) {
  if (redirect_uri.starts_with("urn:ietf:wg:oauth:2.0:oob")) return {};
  if (const auto url = Url::parse(redirect_uri)) return " " + url->origin();
  // Registered URIs begin with a well-formed scheme (service::OAuthService::register_application).
  return " " + text::to_lower_ascii(redirect_uri.substr(0, redirect_uri.find(':'))) + ":";
}

std::string form_action_after_sign_in(db::Tx& tx, std::string_view return_to) {
  static constexpr std::string_view kPrefix = "/oauth/authorize?";
  if (!return_to.starts_with(kPrefix)) return {};
  http::Request request;
  request.query = return_to.substr(kPrefix.size());
  const auto params = http::Params::parse_query(request);
  if (!params) return {};
  const auto application = store::find_application_by_client_id(tx, params->text("client_id").value_or(""));
  const std::string redirect_uri = params->text("redirect_uri").value_or("");
  if (!application || std::ranges::find(application->redirect_uris, redirect_uri) == application->redirect_uris.end()) {
    return {};
  }
  return form_action_of(redirect_uri);
}

}  // namespace dunlin::web
