#include "second_factor.hpp"

#include "browser_session.hpp"
#include "form_guard.hpp"
#include "layout.hpp"
#include "qr_code.hpp"
#include "settings_pages.hpp"
#include "tables.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/service/oauth.hpp"
#include "dunlin/service/two_factor.hpp"
#include "dunlin/store/accounts.hpp"

namespace dunlin::web {

namespace {

using api::Access;
using api::Auth;
using api::Call;
using http::Method;
using service::TwoFactorService;

constexpr std::string_view kPath = "/auth/two_factor";
constexpr std::string_view kCookie = "dunlin_second";
constexpr std::string_view kExpired = "This form has expired. Please try again.";
constexpr std::chrono::minutes kLife{10};

http::Response render_code_form(const Call& call, int status, std::string_view alert, std::string_view return_to) {
  const auto token = form_token(call);
  Html body;
  body.add("<section class=\"card\"><h1>Your code</h1>\n");
  if (!alert.empty()) body.add("<p class=\"alert\" role=\"alert\">{}</p>\n", {alert});
  body.add(R"(<p>Enter the code that your authenticator app shows, or one of your backup codes.</p>
<form class="stack" method="post" action="/auth/sign_in/code">
<input type="hidden" name="csrf_token" value="{}"><input type="hidden" name="return_to" value="{}">
<label for="code">Code</label>
<input id="code" name="code" type="text" autocomplete="one-time-code" inputmode="text" autocapitalize="none" spellcheck="false" autofocus required>
<button type="submit">Sign in</button></form></section>
)",
           {token, return_to});
  auto response = render_page(call.config(), {.status = status, .title = "Your code", .narrow = true}, body);
  keep_form_token(call, response, token);
  return response;
}

Result<http::Response> show_code_form(Call& call) {
  const auto cookie = read_cookie(call, kCookie).value_or("");
  const std::string return_to = own_path_or_root(call.params().text("return_to").value_or("/"));
  if (!TwoFactorService::find_sign_in(call.tx(), cookie)) return redirect("/auth/sign_in");
  return render_code_form(call, 200, "", return_to);
}

/// Whoever came this far knows the password.
void tell_of_failure(const Call& call, UserId id) {
  const auto user = store::find_user(call.tx(), id);
  const auto account = user ? store::find_account(call.tx(), user->account_id) : std::nullopt;
  if (!account) return;
  call.services().mails.second_factor_failed(call.tx(), user->email, account->username, browser_of(call).address);
}

Result<http::Response> take_code(Call& call) {
  const auto cookie = read_cookie(call, kCookie).value_or("");
  const std::string return_to = own_path_or_root(call.params().text("return_to").value_or("/"));
  const auto user = TwoFactorService::find_sign_in(call.tx(), cookie);
  if (!user) return redirect("/auth/sign_in");
  if (!is_guarded(call)) return render_code_form(call, 422, kExpired, return_to);
  auto& two_factor = call.services().two_factor;
  if (!two_factor.may_try(*user)) {
    return render_code_form(call, 429, "Too many attempts. Please wait an hour and try again.", return_to);
  }
  if (!two_factor.check(call.tx(), *user, call.params().text("code").value_or(""))) {
    log::warn("second factor refused", {log::kv("user", user->str())});
    tell_of_failure(call, *user);
    return render_code_form(call, 422, "The code is not right.", return_to);
  }
  TwoFactorService::end_sign_in(call.tx(), cookie);
  const auto signed_in = call.services().oauth.start_session(call.tx(), *user, browser_of(call));
  log::info("signed in", {log::kv("user", user->str())});
  http::Response response = redirect(return_to);
  set_cookie(call, response, kSessionCookie, signed_in.cookie, kSessionLife);
  clear_cookie(call, response, kCookie);
  forget_form_token(call, response);
  return response;
}

http::Response render_settings(const Call& call, const Visitor& visitor, bool is_on, std::string_view secret,
                               std::string_view alert) {
  const auto& csrf = visitor.session.csrf_token;
  Html body;
  body.raw(settings_tabs(kPath).str()).add("<section class=\"card\"><h1>Two-factor sign-in</h1>\n");
  if (!alert.empty()) body.add("<p class=\"alert\" role=\"alert\">{}</p>\n", {alert});
  if (is_on) {
    body.add(R"(<p>It is on: signing in takes your password and a code of your authenticator app.</p>
<form class="stack" method="post" action="/auth/two_factor/off"><input type="hidden" name="csrf_token" value="{}">
<label for="password">Your password</label>
<input id="password" name="current_password" type="password" autocomplete="current-password" required>
<button class="quiet" type="submit">Turn it off</button></form>
)",
             {csrf});
  } else if (secret.empty()) {
    body.add(
        R"(<p>It is off. With it, signing in takes your password and a code that an authenticator app on your phone shows.</p>
<form class="stack" method="post" action="/auth/two_factor"><input type="hidden" name="csrf_token" value="{}">
<label for="password">Your password</label>
<input id="password" name="current_password" type="password" autocomplete="current-password" required>
<button type="submit">Set it up</button></form>
)",
        {csrf});
  } else {
    const auto uri = call.services().two_factor.provisioning_uri(visitor.account.username, secret);
    body.add("<p>Scan this with your authenticator app:</p>\n");
    body.raw(render_qr_code(uri, "QR code for your authenticator app").str());
    body.add(
        R"(<p>If the app is on this device, <a href="{}">open it</a>. Or type this secret into it:</p>
<input class="copy" type="text" value="{}" aria-label="Secret" readonly>
<form class="stack" method="post" action="/auth/two_factor/on"><input type="hidden" name="csrf_token" value="{}">
<label for="code">The code that the app shows</label>
<input id="code" name="code" type="text" autocomplete="one-time-code" inputmode="numeric" required>
<button type="submit">Turn it on</button></form>
)",
        {uri, secret, csrf});
  }
  body.add("</section>\n");
  return render_page(call.config(), {.status = alert.empty() ? 200 : 422, .title = "Two-factor sign-in"}, body);
}

Result<http::Response> show_settings(Call& call) {
  const auto visitor = find_visitor(call.tx(), call);
  if (!visitor) return sign_in_for(kPath);
  return render_settings(call, *visitor, TwoFactorService::is_on(call.tx(), visitor->user.id), "", "");
}

/// What to answer instead of doing what a form asks; nullopt: go on.
Result<std::optional<http::Response>> refusal(Call& call, const std::optional<Visitor>& visitor, bool wants_password) {
  if (!visitor) return sign_in_for(kPath);
  if (!is_own_form(call, visitor->session.csrf_token)) {
    return render_message(call.config(), 422, "Nothing was changed", kExpired);
  }
  if (!wants_password) return std::nullopt;
  auto& oauth = call.services().oauth;
  const auto& name = visitor->account.username;
  if (!oauth.may_sign_in(call.request().remote_address, name)) {
    return render_message(call.config(), 429, "Nothing was changed", "Too many attempts. Please wait a few minutes.");
  }
  if (!oauth.check_password(call.session(), name, call.params().text("current_password").value_or(""))) {
    return render_message(call.config(), 422, "Nothing was changed", "The password is not right.");
  }
  return std::nullopt;
}

Result<std::optional<Visitor>> visitor_of(Call& call) {
  return call.session().read([&](db::Tx& tx) -> Result<std::optional<Visitor>> { return find_visitor(tx, call); });
}

Result<http::Response> set_up(Call& call) {
  const auto visitor = TRY(visitor_of(call));
  if (auto refused = TRY(refusal(call, visitor, true))) return *std::move(refused);
  return call.session().write([&](db::Tx& tx) -> Result<http::Response> {
    if (TwoFactorService::is_on(tx, visitor->user.id)) return redirect("/auth/two_factor");
    return render_settings(call, *visitor, false, call.services().two_factor.begin(tx, visitor->user.id), "");
  });
}

http::Response render_backup_codes(const Call& call, const std::vector<std::string>& codes) {
  Html body;
  body.add(
      "<section class=\"card\"><h1>It is on</h1>\n<p>Keep these backup codes. Each works once, when the app is not at "
      "hand. They are not shown again.</p>\n<ul class=\"codes\">\n");
  for (const auto& code : codes) {
    body.add("<li><code>{}-{}</code></li>\n", {std::string_view(code).substr(0, 8), std::string_view(code).substr(8)});
  }
  body.add("</ul><p><a class=\"button\" href=\"/auth/edit\">Done</a></p></section>\n");
  return render_page(call.config(), {.title = "Backup codes", .narrow = true}, body);
}

Result<http::Response> turn_on(Call& call) {
  const auto visitor = TRY(visitor_of(call));
  if (auto refused = TRY(refusal(call, visitor, false))) return *std::move(refused);
  auto& two_factor = call.services().two_factor;
  if (!two_factor.may_try(visitor->user.id)) {
    return render_message(call.config(), 429, "Nothing was changed", "Too many attempts. Please wait an hour.");
  }
  const auto codes = call.session().write(
      [&](db::Tx& tx) { return two_factor.enable(tx, visitor->user.id, call.params().text("code").value_or("")); });
  if (codes) return render_backup_codes(call, *codes);
  if (codes.error().code != Errc::invalid) return std::unexpected(codes.error());
  return call.session().write([&](db::Tx& tx) -> Result<http::Response> {
    return render_settings(call, *visitor, false, two_factor.begin(tx, visitor->user.id),
                           codes.error().message + ". Here is a new secret.");
  });
}

Result<http::Response> turn_off(Call& call) {
  const auto visitor = TRY(visitor_of(call));
  if (auto refused = TRY(refusal(call, visitor, true))) return *std::move(refused);
  return call.session().write([&](db::Tx& tx) -> Result<http::Response> {
    call.services().two_factor.disable(tx, visitor->user.id);
    log::info("second factor off", {log::kv("user", visitor->user.id.str())});
    return redirect("/auth/two_factor");
  });
}

constexpr api::Route kRoutes[] = {
    {Method::get, "/auth/sign_in/code", Auth::pub, "", &show_code_form, Access::read},
    {Method::post, "/auth/sign_in/code", Auth::pub, "", &take_code},
    {Method::get, "/auth/two_factor", Auth::pub, "", &show_settings, Access::read},
    {Method::post, "/auth/two_factor", Auth::pub, "", &set_up, Access::own},
    {Method::post, "/auth/two_factor/on", Auth::pub, "", &turn_on, Access::own},
    {Method::post, "/auth/two_factor/off", Auth::pub, "", &turn_off, Access::own},
};

}  // namespace

http::Response ask_for_code(const api::Call& call, std::string_view cookie, std::string_view return_to) {
  http::Response response = redirect("/auth/sign_in/code?return_to=" + text::percent_encode(return_to));
  set_cookie(call, response, kCookie, cookie, kLife);
  return response;
}

std::span<const api::Route> second_factor_routes() {
  return kRoutes;
}

}  // namespace dunlin::web
