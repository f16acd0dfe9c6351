#include "browser_session.hpp"
#include "form_guard.hpp"
#include "layout.hpp"
#include "tables.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/crypto/password.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/service/oauth.hpp"
#include "dunlin/service/registrations.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/rules.hpp"
#include "dunlin/store/sign_ups.hpp"

#include <chrono>

namespace dunlin::web {

namespace {

using api::Access;
using api::Auth;
using api::Call;
using http::Method;

constexpr std::string_view kExpired = "This form has expired. Please try again.";

service::SignUpForm read_form(const Call& call) {
  const auto text = [&](std::string_view name) { return call.params().text(name).value_or(""); };
  return {.username = std::string(text::trim(text("username"))),
          .email = std::string(text::trim(text("email"))),
          .password = text("password"),
          .agreement = call.params().boolean("agreement").value_or(false),
          .locale = "en",
          .reason = text("reason"),
          .date_of_birth = text("date_of_birth"),
          .invite_code = text("invite_code"),
          .application = std::nullopt,
          .address = call.request().remote_address};
}

void add_rules(Html& out, db::Tx& tx) {
  const auto rules = store::list_rules(tx);
  if (rules.empty()) return;
  out.add("<h2>The rules</h2><ol>\n");
  for (const auto& rule : rules) {
    out.add("<li>{}", {rule.text});
    if (!rule.hint.empty()) out.add("<br><span class=\"soft small\">{}</span>", {rule.hint});
    out.add("</li>\n");
  }
  out.add("</ol>\n");
}

/// The fields that only some instances ask for.
void add_questions(Html& out, const config::Config& config, const service::SignUpForm& form) {
  if (config.registrations.min_age > 0) {
    out.add(R"(<label for="date_of_birth">Date of birth</label>
<input id="date_of_birth" name="date_of_birth" type="date" value="{}" autocomplete="bday" required>
<p class="soft small">You must be at least {} years old. The date is checked and not kept.</p>
)",
            {form.date_of_birth, std::to_string(config.registrations.min_age)});
  }
  if (config.registrations.mode == "approval" && form.invite_code.empty()) {
    out.add(R"(<label for="reason">Why do you want to join?</label>
<textarea id="reason" name="reason" rows="4" maxlength="420"{}>{}</textarea>
<p class="soft small">A moderator reads this before your account is opened.</p>
)",
            {config.registrations.require_reason ? " required" : "", form.reason});
  }
}

http::Response render_form(const Call& call, db::Tx& tx, int status, std::string_view error,
                           const service::SignUpForm& form) {
  const auto token = form_token(call);
  Html body;
  body.add("<section class=\"card\"><h1>Join {}</h1>\n", {call.config().instance.title});
  if (!error.empty()) body.add("<p class=\"alert\" role=\"alert\">{}</p>\n", {error});
  add_rules(body, tx);
  body.add(R"(<form class="stack" method="post" action="/auth/sign_up">
<input type="hidden" name="csrf_token" value="{}"><input type="hidden" name="invite_code" value="{}">
<label for="username">Username</label>
<div class="with-suffix"><input id="username" name="username" type="text" value="{}" maxlength="30" pattern="[A-Za-z0-9_]+" autocomplete="username" autocapitalize="none" spellcheck="false" required><span class="soft">@{}</span></div>
<label for="email">E-mail address</label>
<input id="email" name="email" type="email" value="{}" autocomplete="email" required>
<label for="password">Password</label>
<input id="password" name="password" type="password" minlength="8" autocomplete="new-password" required>
<p class="soft small">At least 8 characters.</p>
)",
           {token, form.invite_code, form.username, call.config().server.domain, form.email});
  add_questions(body, call.config(), form);
  body.add(R"(<label class="check"><input name="agreement" type="checkbox" value="1" required>
<span>I have read the rules and the <a href="/privacy-policy">privacy policy</a> and agree to them</span></label>
<button type="submit">Sign up</button>
</form>
<p class="small">You have an account already? <a href="/auth/sign_in">Sign in</a></p></section>
)");
  auto response = render_page(call.config(), {.status = status, .title = "Sign up", .narrow = true}, body);
  keep_form_token(call, response, token);
  return response;
}

http::Response render_closed(const Call& call) {
  const auto& registrations = call.config().registrations;
  Html body;
  body.add("<section class=\"card\"><h1>Registrations are closed</h1>\n<p>{}</p>\n",
           {registrations.message.empty() ? "Nobody can make an account here at the moment." : registrations.message});
  if (!registrations.url.empty()) {
    body.add("<p><a class=\"button\" href=\"{}\" rel=\"noopener\">Make an account elsewhere</a></p>\n",
             {safe_href(registrations.url)});
  }
  body.add("<p><a href=\"/\">Back to the start page</a></p></section>\n");
  return render_page(call.config(), {.status = 403, .title = "Registrations are closed", .narrow = true}, body);
}

Result<http::Response> show_sign_up(Call& call) {
  if (find_visitor(call.tx(), call)) return redirect("/");
  service::SignUpForm form;
  form.invite_code = call.params().text("invite_code").value_or("");
  if (!call.services().registrations.is_open(call.tx(), form.invite_code)) return render_closed(call);
  return render_form(call, call.tx(), 200, "", form);
}

Result<http::Response> refuse(Call& call, int status, std::string_view error, const service::SignUpForm& form) {
  return call.session().read(
      [&](db::Tx& tx) -> Result<http::Response> { return render_form(call, tx, status, error, form); });
}

/// What is wrong with the form, in a sentence; "" when nothing is. nullopt: nobody may sign up.
std::optional<std::string> fault_of(Call& call, const service::SignUpForm& form) {
  return call.session()
      .read([&](db::Tx& tx) -> Result<std::optional<std::string>> {
        const auto& registrations = call.services().registrations;
        if (!registrations.is_open(tx, form.invite_code)) return std::nullopt;
        const auto faults = registrations.check(tx, form);
        return faults.empty() ? std::string() : faults.message().substr(faults.message().find(": ") + 2) + ".";
      })
      .value();
}

Result<http::Response> sign_up(Call& call) {
  const auto form = read_form(call);
  if (!is_guarded(call)) return refuse(call, 422, kExpired, form);
  auto& registrations = call.services().registrations;
  if (!registrations.may_try("sign-up", call.request().remote_address, "")) {
    return refuse(call, 429, "Too many attempts. Please wait a few minutes and try again.", form);
  }
  const auto fault = fault_of(call, form);
  if (!fault) return render_closed(call);
  if (!fault->empty()) return refuse(call, 422, *fault, form);
  const auto hash = TRY(crypto::hash_password(form.password));
  const auto signed_in = TRY(call.session().write([&](db::Tx& tx) -> Result<service::OAuthService::SignedIn> {
    const auto user = TRY(registrations.sign_up(tx, form, hash));
    return call.services().oauth.start_session(tx, user.id, browser_of(call));
  }));
  http::Response response = redirect("/auth/setup");
  set_cookie(call, response, kSessionCookie, signed_in.cookie, kSessionLife);
  forget_form_token(call, response);
  return response;
}

/// Where somebody who has just signed up learns what comes next.
Result<http::Response> show_setup(Call& call) {
  const auto visitor = find_visitor(call.tx(), call);
  if (!visitor) return redirect("/auth/sign_in");
  const auto& user = visitor->user;
  if (user.confirmed_at && user.approved) return redirect("/");
  if (user.confirmed_at) {
    return render_message(call.config(), 200, "Thank you",
                          "A moderator will look at your request. You will get a mail when your account is open.");
  }
  Html body;
  body.add(R"(<section class="card"><h1>Look into your mail</h1>
<p>We have sent a link to <strong>{}</strong>. Open it to confirm that the address is yours.</p>
<form class="stack" method="post" action="/auth/setup">
<input type="hidden" name="csrf_token" value="{}">
<label for="email">Nothing arrived, or the address is wrong?</label>
<input id="email" name="email" type="email" value="{}" autocomplete="email" required>
<button class="quiet" type="submit">Send the link again</button></form></section>
)",
           {user.email, visitor->session.csrf_token, user.email});
  return render_page(call.config(), {.title = "Confirm your address", .narrow = true}, body);
}

Result<http::Response> resend(Call& call) {
  const auto visitor = find_visitor(call.tx(), call);
  if (!visitor) return redirect("/auth/sign_in");
  if (!is_own_form(call, visitor->session.csrf_token)) {
    return render_message(call.config(), 422, "Nothing was sent", kExpired);
  }
  if (visitor->user.confirmed_at) return redirect("/auth/setup");
  auto& registrations = call.services().registrations;
  if (!registrations.may_try("confirmation", call.request().remote_address, visitor->user.id.str())) {
    return render_message(call.config(), 429, "Nothing was sent", "Too many attempts. Please wait a while.");
  }
  const std::string email(text::trim(call.params().text("email").value_or("")));
  const auto sent = registrations.send_confirmation(call.tx(), visitor->user, email);
  if (!sent) return render_message(call.config(), 422, "Nothing was sent", sent.error().message + ".");
  return redirect("/auth/setup");
}

/// An invitation: for apps as JSON (client-api.md 2.6).
Result<http::Response> show_invite(Call& call) {
  const std::string code(call.path_text("code"));
  const auto invite = store::find_valid_invite(call.tx(), code);
  if (call.request().headers.get("Accept").contains("application/json")) {
    if (!invite) return fail(Errc::unauthorized, "This invite is not valid");
    json::Writer out;
    out.begin_object().field("invite_code", code);
    out.field("instance_api_url", call.config().origin() + "/api/v2/instance").end_object();
    return call.json(out.take());
  }
  if (!invite) return render_message(call.config(), 404, "No invitation", "This invitation is not valid any more.");
  return redirect("/auth/sign_up?invite_code=" + text::percent_encode(code));
}

constexpr api::Route kRoutes[] = {
    {Method::get, "/auth/sign_up", Auth::pub, "", &show_sign_up, Access::read},
    {Method::post, "/auth/sign_up", Auth::pub, "", &sign_up, Access::own},
    {Method::get, "/auth/setup", Auth::pub, "", &show_setup, Access::read},
    {Method::post, "/auth/setup", Auth::pub, "", &resend},
    {Method::get, "/invite/:code", Auth::pub, "", &show_invite, Access::read},
};

}  // namespace

std::span<const api::Route> sign_up_routes() {
  return kRoutes;
}

}  // namespace dunlin::web
