#include "browser_session.hpp"
#include "form_guard.hpp"
#include "layout.hpp"
#include "tables.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/crypto/password.hpp"
#include "dunlin/service/registrations.hpp"

namespace dunlin::web {

namespace {

using api::Access;
using api::Auth;
using api::Call;
using http::Method;
using service::RegistrationService;

constexpr std::string_view kExpired = "This form has expired. Please try again.";

http::Response render_ask(const Call& call, int status, std::string_view alert) {
  const auto token = form_token(call);
  Html body;
  body.add("<section class=\"card\"><h1>Forgotten your password?</h1>\n");
  if (!alert.empty()) body.add("<p class=\"alert\" role=\"alert\">{}</p>\n", {alert});
  if (!call.config().smtp.is_set()) {
    body.add("<p>This server sends no mail. Please ask the administrators for a new password.</p></section>\n");
    return render_page(call.config(), {.status = status, .title = "Forgotten password", .narrow = true}, body);
  }
  body.add(R"(<p>Tell us the e-mail address of your account, and we send you a link.</p>
<form class="stack" method="post" action="/auth/password/new">
<input type="hidden" name="csrf_token" value="{}">
<label for="email">E-mail address</label>
<input id="email" name="email" type="email" autocomplete="email" required>
<button type="submit">Send the link</button></form></section>
)",
           {token});
  auto response = render_page(call.config(), {.status = status, .title = "Forgotten password", .narrow = true}, body);
  keep_form_token(call, response, token);
  return response;
}

Result<http::Response> show_ask(Call& call) {
  return render_ask(call, 200, "");
}

Result<http::Response> ask(Call& call) {
  if (!is_guarded(call)) return render_ask(call, 422, kExpired);
  auto& registrations = call.services().registrations;
  const std::string email(text::trim(call.params().text("email").value_or("")));
  if (!registrations.may_try("reset", call.request().remote_address, email)) {
    return render_ask(call, 429, "Too many attempts. Please wait a while and try again.");
  }
  registrations.ask_for_reset(call.tx(), email);
  // The same whatever was found: nobody learns who has an account here.
  return render_message(call.config(), 200, "Look into your mail",
                        "If there is an account with this address, a link is on its way to it.");
}

http::Response render_edit(const Call& call, int status, std::string_view alert, std::string_view reset_token) {
  const auto token = form_token(call);
  Html body;
  body.add("<section class=\"card\"><h1>Choose a new password</h1>\n");
  if (!alert.empty()) body.add("<p class=\"alert\" role=\"alert\">{}</p>\n", {alert});
  body.add(R"(<form class="stack" method="post" action="/auth/password/edit">
<input type="hidden" name="csrf_token" value="{}"><input type="hidden" name="reset_password_token" value="{}">
<label for="password">New password</label>
<input id="password" name="password" type="password" minlength="8" autocomplete="new-password" required>
<label for="password_again">The same again</label>
<input id="password_again" name="password_again" type="password" autocomplete="new-password" required>
<p class="soft small">At least 8 characters. All apps and browsers will be signed out.</p>
<button type="submit">Set the password</button></form></section>
)",
           {token, reset_token});
  auto response = render_page(call.config(), {.status = status, .title = "New password", .narrow = true}, body);
  keep_form_token(call, response, token);
  return response;
}

http::Response render_invalid(const Call& call) {
  return render_message(call.config(), 404, "This link is not valid any more",
                        "It works once, within six hours. Please ask for a new one.");
}

Result<http::Response> show_edit(Call& call) {
  const auto token = call.params().text("reset_password_token").value_or("");
  if (!RegistrationService::find_reset(call.tx(), token)) return render_invalid(call);
  return render_edit(call, 200, "", token);
}

Result<http::Response> edit(Call& call) {
  const auto token = call.params().text("reset_password_token").value_or("");
  const auto password = call.params().text("password").value_or("");
  if (!is_guarded(call)) return render_edit(call, 422, kExpired, token);
  if (!call.services().registrations.may_try("reset", call.request().remote_address, "")) {
    return render_edit(call, 429, "Too many attempts. Please wait a while and try again.", token);
  }
  if (const auto faults = RegistrationService::check_password(password); !faults.empty()) {
    return render_edit(call, 422, "The password " + faults.all().front().description + ".", token);
  }
  if (password != call.params().text("password_again").value_or("")) {
    return render_edit(call, 422, "The two passwords are not the same.", token);
  }
  const auto find = [&](db::Tx& tx) -> Result<std::optional<model::User>> {
    return RegistrationService::find_reset(tx, token);
  };
  // Before the work of hashing.
  if (!TRY(call.session().read(find))) return render_invalid(call);
  const auto hash = TRY(crypto::hash_password(password));
  const bool changed = TRY(call.session().write([&](db::Tx& tx) -> Result<bool> {
    const auto user = TRY(find(tx));
    if (!user) return false;
    call.services().registrations.set_password(tx, *user, hash, std::nullopt);
    log::info("password reset", {log::kv("user", user->id.str())});
    return true;
  }));
  if (!changed) return render_invalid(call);
  http::Response response = redirect("/auth/sign_in");
  clear_cookie(call, response, kSessionCookie);
  forget_form_token(call, response);
  return response;
}

constexpr api::Route kRoutes[] = {
    {Method::get, "/auth/password/new", Auth::pub, "", &show_ask, Access::own},
    {Method::post, "/auth/password/new", Auth::pub, "", &ask},
    {Method::get, "/auth/password/edit", Auth::pub, "", &show_edit, Access::read},
    {Method::post, "/auth/password/edit", Auth::pub, "", &edit, Access::own},
};

}  // namespace

std::span<const api::Route> password_routes() {
  return kRoutes;
}

}  // namespace dunlin::web
