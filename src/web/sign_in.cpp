#include "browser_name.hpp"
#include "browser_session.hpp"
#include "form_guard.hpp"
#include "layout.hpp"
#include "redirect_target.hpp"
#include "second_factor.hpp"
#include "tables.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/service/attempt_limiter.hpp"
#include "dunlin/service/oauth.hpp"
#include "dunlin/service/two_factor.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/oauth.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace dunlin::web {

namespace {

using api::Access;
using api::Auth;
using api::Call;
using http::Method;

struct Form {
  int status = 200;
  std::string error{};
  std::string login{};
  std::string return_to{};
};

void add_ways_in(Html& body, const config::Config& config) {
  body.add("<p class=\"small\">");
  if (config.registrations.mode != "closed")
    body.add("No account yet? <a href=\"/auth/sign_up\">Sign up</a> &middot; ");
  body.add("<a href=\"/auth/password/new\">Forgotten your password?</a></p></section>\n");
}

http::Response render_form(const Call& call, db::Tx& tx, const Form& form) {
  const auto token = form_token(call);
  Html body;
  body.add("<section class=\"card\"><h1>Sign in to {}</h1>\n", {call.config().server.domain});
  if (!form.error.empty()) body.add("<p class=\"alert\" role=\"alert\">{}</p>\n", {form.error});
  body.add(R"(<form class="stack" method="post" action="/auth/sign_in">
<input type="hidden" name="csrf_token" value="{}">
<input type="hidden" name="return_to" value="{}">
<label for="login">E-mail address or username</label>
<input id="login" name="login" type="text" value="{}" autocomplete="username" autocapitalize="none" spellcheck="false" required>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button type="submit">Sign in</button>
</form>
)",
           {token, form.return_to, form.login});
  add_ways_in(body, call.config());
  const PageOptions options{.status = form.status,
                            .title = "Sign in",
                            .narrow = true,
                            // Browsers hold the redirects after a form to this list as well: signing in may end at an
                            // application that was granted before.
                            .form_action = form_action_after_sign_in(tx, form.return_to)};
  http::Response response = render_page(call.config(), options, body);
  keep_form_token(call, response, token);
  return response;
}

Result<http::Response> refuse(Call& call, Form form) {
  return call.session().read([&](db::Tx& tx) -> Result<http::Response> { return render_form(call, tx, form); });
}

Result<http::Response> show_sign_in(Call& call) {
  const std::string return_to = own_path_or_root(call.params().text("return_to").value_or("/"));
  if (find_visitor(call.tx(), call)) return redirect(return_to);
  return render_form(call, call.tx(), {.return_to = return_to});
}

/// A mail when the login is in use elsewhere, and was never used in this network.
void tell_of_new_place(const Call& call, db::Tx& tx, const model::User& user) {
  const auto browser = browser_of(call);
  const auto network = service::network_of(browser.address);
  const auto sessions = store::list_sessions(tx, user.id);
  const auto is_here = [&](const auto& session) { return service::network_of(session.browser.address) == network; };
  if (sessions.empty() || std::ranges::any_of(sessions, is_here)) return;
  const auto account = store::find_account(tx, user.account_id);
  if (!account) return;
  call.services().mails.signed_in_anew(tx, user.email, account->username, readable_browser(browser.user_agent),
                                       browser.address);
}

/// After the right password: in, or on to the second factor.
struct WayIn {
  std::optional<service::OAuthService::SignedIn> signed_in;
  std::string pending;
};

Result<http::Response> sign_in(Call& call) {
  Form form{.status = 422,
            .error = "",
            .login = call.params().text("login").value_or(""),
            .return_to = own_path_or_root(call.params().text("return_to").value_or("/"))};
  if (!is_guarded(call)) {
    form.error = "This form has expired. Please try again.";
    return refuse(call, std::move(form));
  }
  service::OAuthService& oauth = call.services().oauth;
  if (!oauth.may_sign_in(call.request().remote_address, form.login)) {
    log::warn("sign-in throttled");
    form.status = 429;
    form.error = "Too many attempts. Please wait a few minutes and try again.";
    auto response = TRY(refuse(call, std::move(form)));
    response.headers.add("Retry-After", "300");
    return response;
  }
  const auto user = oauth.check_password(call.session(), form.login, call.params().text("password").value_or(""));
  if (!user) {
    form.error = "The e-mail address, username or password is not right.";
    return refuse(call, std::move(form));
  }
  if (user->disabled) {
    form.status = 403;
    form.error = "Your login is currently disabled.";
    return refuse(call, std::move(form));
  }
  const auto way = TRY(call.session().write([&](db::Tx& tx) -> Result<WayIn> {
    if (const auto old = find_visitor(tx, call)) store::delete_session(tx, old->session.id);
    if (service::TwoFactorService::is_on(tx, user->id)) {
      return WayIn{std::nullopt, call.services().two_factor.start_sign_in(tx, user->id)};
    }
    tell_of_new_place(call, tx, *user);
    return WayIn{oauth.start_session(tx, user->id, browser_of(call)), {}};
  }));
  if (!way.signed_in) return ask_for_code(call, way.pending, form.return_to);
  log::info("signed in", {log::kv("user", user->id.str())});
  const bool ready = user->confirmed_at && user->approved;
  http::Response response = redirect(ready ? form.return_to : "/auth/setup");
  set_cookie(call, response, kSessionCookie, way.signed_in->cookie, kSessionLife);
  forget_form_token(call, response);
  return response;
}

Result<http::Response> sign_out(Call& call) {
  const std::string return_to = own_path_or_root(call.params().text("return_to").value_or("/"));
  const auto visitor = find_visitor(call.tx(), call);
  if (visitor && !is_own_form(call, visitor->session.csrf_token)) {
    return render_message(call.config(), 422, "Not signed out", "This form has expired. Please try again.");
  }
  if (visitor) store::delete_session(call.tx(), visitor->session.id);
  // Somebody who leaves the consent page wants to come back to it as another user.
  http::Response response =
      redirect(return_to == "/" ? return_to : "/auth/sign_in?return_to=" + text::percent_encode(return_to));
  clear_cookie(call, response, kSessionCookie);
  return response;
}

constexpr api::Route kRoutes[] = {
    {Method::get, "/auth/sign_in", Auth::pub, "", &show_sign_in, Access::read},
    {Method::post, "/auth/sign_in", Auth::pub, "", &sign_in, Access::own},
    {Method::post, "/auth/sign_out", Auth::pub, "", &sign_out},
    {Method::delete_, "/auth/sign_out", Auth::pub, "", &sign_out},
};

}  // namespace

std::span<const api::Route> sign_in_routes() {
  return kRoutes;
}

}  // namespace dunlin::web
