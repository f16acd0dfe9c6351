#include "authorization_request.hpp"
#include "browser_session.hpp"
#include "layout.hpp"
#include "redirect_target.hpp"
#include "scope_texts.hpp"
#include "tables.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/service/media_urls.hpp"
#include "dunlin/service/oauth.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/oauth.hpp"

#include <algorithm>

namespace dunlin::web {

namespace {

using api::Access;
using api::Auth;
using api::Call;
using http::Method;

std::string own_address(const AuthorizationRequest& request) {
  const auto parameters = parameters_of(request);
  return with_query("/oauth/authorize", {parameters.begin(), parameters.end()});
}

http::Response to_sign_in(const AuthorizationRequest& request) {
  return redirect(with_query("/auth/sign_in", {{"return_to", own_address(request)}}));
}

void add_hidden(Html& out, const AuthorizationRequest& request, const Visitor& visitor) {
  out.add("<input type=\"hidden\" name=\"csrf_token\" value=\"{}\">\n", {visitor.session.csrf_token});
  for (const auto& [name, value] : parameters_of(request)) {
    out.add("<input type=\"hidden\" name=\"{}\" value=\"{}\">\n", {name, value});
  }
}

Html render_who(const Call& call, const AuthorizationRequest& request, const Visitor& visitor) {
  const model::Account& account = visitor.account;
  const std::string avatar = service::media_urls::avatar(call.config(), account);
  Html out;
  out.add(R"(<div class="who"><img src="{}" alt="" width="48" height="48"><div><strong>{}</strong>
<span class="soft">@{}@{}</span></div></div>
)",
          {avatar, account.display_name.empty() ? account.username : account.display_name, account.username,
           call.config().server.domain});
  out.add(R"(<form class="inline" method="post" action="/auth/sign_out">
<input type="hidden" name="csrf_token" value="{}"><input type="hidden" name="return_to" value="{}">
<p class="small">Not you? <button class="link" type="submit">Use another account</button></p></form>
)",
          {visitor.session.csrf_token, own_address(request)});
  return out;
}

http::Response render_consent(const Call& call, const AuthorizationRequest& request, const Visitor& visitor) {
  const model::Application& application = request.application;
  Html body;
  body.add("<section class=\"card\"><h1>Let {} use your account?</h1>\n", {application.name});
  body.raw(render_who(call, request, visitor).str());
  if (application.website && safe_href(*application.website) != "#") {
    body.add("<p>Website: <a href=\"{}\" rel=\"noopener noreferrer nofollow\">{}</a></p>\n",
             {safe_href(*application.website), *application.website});
  }
  if (request.redirect_uri == service::kOutOfBand) {
    body.add("<p>You will get a code to copy into the application.</p>\n");
  } else {
    body.add("<p>You will return to <strong>{}</strong>.</p>\n", {redirect_host(request.redirect_uri)});
  }
  body.add("<h2>It asks to use</h2>\n").raw(render_scopes(request.scopes).str());
  body.add(
      "<p class=\"small soft\">You can take this back at any time under <a "
      "href=\"/oauth/authorized_applications\">authorized applications</a>.</p>\n");
  body.add("<div class=\"actions\"><form method=\"post\" action=\"/oauth/authorize\">\n");
  add_hidden(body, request, visitor);
  body.add("<button type=\"submit\" name=\"authorize\" value=\"1\">Authorize</button></form>\n");
  body.add(
      "<form method=\"post\" action=\"/oauth/authorize\">\n<input type=\"hidden\" name=\"_method\" "
      "value=\"delete\">\n");
  add_hidden(body, request, visitor);
  body.add("<button class=\"quiet\" type=\"submit\">Deny</button></form></div></section>\n");
  const PageOptions options{.title = "Authorize " + application.name,
                            .narrow = true,
                            .files = !visitor.account.avatar_url.empty(),
                            .form_action = form_action_of(request.redirect_uri)};
  return render_page(call.config(), options, body);
}

http::Response grant(Call& call, const AuthorizationRequest& request, const Visitor& visitor) {
  const std::string code = call.services().oauth.issue_code(call.tx(), {.application_id = request.application.id,
                                                                        .user_id = visitor.user.id,
                                                                        .redirect_uri = request.redirect_uri,
                                                                        .scopes = request.scopes,
                                                                        .code_challenge = request.code_challenge});
  log::info("application authorized",
            {log::kv("application", request.application.id.str()), log::kv("user", visitor.user.id.str())});
  return redirect_with_code(request, code);
}

http::Response refuse_login(const Call& call, std::string_view reason) {
  return render_message(call.config(), 403, "Not possible at the moment", std::string(reason) + ".");
}

Result<http::Response> show_authorize(Call& call) {
  CheckedRequest checked = read_authorization_request(call.tx(), call);
  if (auto* answer = std::get_if<http::Response>(&checked)) return std::move(*answer);
  const auto& request = std::get<AuthorizationRequest>(checked);
  const auto visitor = find_visitor(call.tx(), call);
  if (call.params().boolean("force_login").value_or(false)) {
    if (visitor) store::delete_session(call.tx(), visitor->session.id);
    http::Response response = to_sign_in(request);
    clear_cookie(call, response, kSessionCookie);
    return response;
  }
  if (!visitor) return to_sign_in(request);
  if (const auto reason = refusal_of(visitor->user, visitor->account)) return refuse_login(call, *reason);
  if (store::has_granted(call.tx(), visitor->user.id, request.application.id, request.scopes)) {
    return grant(call, request, *visitor);
  }
  return render_consent(call, request, *visitor);
}

/// The signed-in visitor's decision, or the answer to one that does not count.
struct Decision {
  AuthorizationRequest request;
  Visitor visitor;
};
std::variant<Decision, http::Response> read_decision(Call& call) {
  CheckedRequest checked = read_authorization_request(call.tx(), call);
  if (auto* answer = std::get_if<http::Response>(&checked)) return std::move(*answer);
  auto& request = std::get<AuthorizationRequest>(checked);
  auto visitor = find_visitor(call.tx(), call);
  if (!visitor) return to_sign_in(request);
  if (!is_own_form(call, visitor->session.csrf_token)) {
    return render_message(call.config(), 422, "This form has expired",
                          "Go back to the application and start again. Nothing was granted.");
  }
  return Decision{std::move(request), *std::move(visitor)};
}

Result<http::Response> deny(Call& call) {
  auto decision = read_decision(call);
  if (auto* answer = std::get_if<http::Response>(&decision)) return std::move(*answer);
  const AuthorizationRequest& request = std::get<Decision>(decision).request;
  return redirect_with_error(call.config(), request.redirect_uri, request.state, "access_denied",
                             "The resource owner denied the request.");
}

Result<http::Response> approve(Call& call) {
  if (call.params().text("_method").value_or("") == "delete") return deny(call);
  auto decision = read_decision(call);
  if (auto* answer = std::get_if<http::Response>(&decision)) return std::move(*answer);
  const auto& [request, visitor] = std::get<Decision>(decision);
  if (const auto reason = refusal_of(visitor.user, visitor.account)) return refuse_login(call, *reason);
  return grant(call, request, visitor);
}

/// Shows an out-of-band code, in the title too: some desktop applications read it from there.
Result<http::Response> show_code(Call& call) {
  const std::string code = call.params().text("code").value_or("");
  const bool plain = !code.empty() && code.size() <= 128 && std::ranges::all_of(code, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  if (!plain) return render_message(call.config(), 400, "No code", "This address carries no authorization code.");
  Html body;
  body.add(R"(<section class="card"><h1>Your authorization code</h1>
<label for="code">Copy this code and paste it into the application:</label>
<input class="copy" id="code" type="text" value="{}" readonly autofocus>
<p class="small soft">It works once, within the next ten minutes. Give it to nobody else.</p></section>
)",
           {code});
  return render_page(call.config(), {.title = code, .title_alone = true, .narrow = true}, body);
}

constexpr api::Route kRoutes[] = {
    // Writes also on GET: a grant that stands already gives a code at once.
    {Method::get, "/oauth/authorize", Auth::pub, "", &show_authorize, Access::write},
    {Method::post, "/oauth/authorize", Auth::pub, "", &approve},
    {Method::delete_, "/oauth/authorize", Auth::pub, "", &deny},
    {Method::get, "/oauth/authorize/native", Auth::pub, "", &show_code, Access::own},
};

}  // namespace

std::span<const api::Route> authorization_routes() {
  return kRoutes;
}

}  // namespace dunlin::web
