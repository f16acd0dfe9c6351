#include "browser_name.hpp"
#include "browser_session.hpp"
#include "layout.hpp"
#include "settings_pages.hpp"
#include "tables.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/base/time_format.hpp"
#include "dunlin/crypto/password.hpp"
#include "dunlin/service/oauth.hpp"
#include "dunlin/service/registrations.hpp"
#include "dunlin/store/oauth.hpp"

namespace dunlin::web {

namespace {

using api::Access;
using api::Auth;
using api::Call;
using http::Method;

constexpr std::string_view kPath = "/auth/edit";
constexpr std::string_view kExpired = "This form has expired. Please try again.";

void add_login_forms(Html& out, const Visitor& visitor) {
  out.add(R"(<section class="card"><h2>E-mail address</h2>
<form class="stack" method="post" action="/auth/edit/email">
<input type="hidden" name="csrf_token" value="{}">
<label for="email">New address</label><input id="email" name="email" type="email" value="{}" autocomplete="email" required>
<label for="email_password">Your password</label><input id="email_password" name="current_password" type="password" autocomplete="current-password" required>
<button type="submit">Change the address</button></form></section>
<section class="card"><h2>Password</h2>
<form class="stack" method="post" action="/auth/edit/password">
<input type="hidden" name="csrf_token" value="{}">
<label for="current">Your password now</label><input id="current" name="current_password" type="password" autocomplete="current-password" required>
<label for="password">The new one</label><input id="password" name="password" type="password" minlength="8" autocomplete="new-password" required>
<p class="soft small">At least 8 characters. All apps and all other browsers will be signed out.</p>
<button type="submit">Change the password</button></form></section>
)",
          {visitor.session.csrf_token, visitor.user.email, visitor.session.csrf_token});
}

void add_sessions(Html& out, const Visitor& visitor, const std::vector<store::SessionRow>& sessions) {
  out.add("<section class=\"card\"><h2>Signed in</h2>\n<ul class=\"rows\">\n");
  for (const auto& session : sessions) {
    const auto seen = session.last_active.value_or(session.created_at);
    out.add("<li><div><strong>{}</strong><br><span class=\"soft small\">{}, last seen <time datetime=\"{}\">{}</time>",
            {readable_browser(session.browser.user_agent), session.browser.address, format_iso8601(seen),
             readable_time(seen)});
    out.add("</span></div>\n");
    if (session.id == visitor.session.id) {
      out.add("<span class=\"soft\">this browser</span></li>\n");
      continue;
    }
    out.add(R"(<form method="post" action="/auth/sessions/{}"><input type="hidden" name="_method" value="delete">
<input type="hidden" name="csrf_token" value="{}"><button class="quiet" type="submit">Sign out</button></form></li>
)",
            {session.id.str(), visitor.session.csrf_token});
  }
  out.add("</ul></section>\n");
}

http::Response render_settings(const Call& call, db::Tx& tx, const Visitor& visitor, int status,
                               std::string_view alert) {
  Html body;
  body.raw(settings_tabs(kPath).str()).add("<h1>Your sign-in</h1>\n");
  if (!alert.empty()) body.add("<p class=\"alert\" role=\"alert\">{}</p>\n", {alert});
  if (call.params().has("changed")) body.add("<p class=\"done\" role=\"status\">That is done.</p>\n");
  if (call.params().has("mailed")) {
    body.add("<p class=\"done\" role=\"status\">We have sent a link to the new address. Open it to confirm.</p>\n");
  }
  add_login_forms(body, visitor);
  add_sessions(body, visitor, store::list_sessions(tx, visitor.user.id));
  return render_page(call.config(), {.status = status, .title = "Your sign-in"}, body);
}

Result<http::Response> show_settings(Call& call) {
  const auto visitor = find_visitor(call.tx(), call);
  return visitor ? render_settings(call, call.tx(), *visitor, 200, "") : sign_in_for(kPath);
}

Result<http::Response> refuse(Call& call, const Visitor& visitor, int status, std::string_view alert) {
  return call.session().read(
      [&](db::Tx& tx) -> Result<http::Response> { return render_settings(call, tx, visitor, status, alert); });
}

/// Changing the sign-in wants the password once more.
struct Allowed {
  std::optional<Visitor> visitor;
  std::optional<http::Response> answer;  // instead of going on
};
Result<Allowed> ask_password(Call& call) {
  auto visitor =
      TRY(call.session().read([&](db::Tx& tx) -> Result<std::optional<Visitor>> { return find_visitor(tx, call); }));
  if (!visitor) return Allowed{std::nullopt, sign_in_for(kPath)};
  if (!is_own_form(call, visitor->session.csrf_token)) {
    return Allowed{std::nullopt, TRY(refuse(call, *visitor, 422, kExpired))};
  }
  auto& oauth = call.services().oauth;
  if (!oauth.may_sign_in(call.request().remote_address, visitor->account.username)) {
    return Allowed{std::nullopt, TRY(refuse(call, *visitor, 429, "Too many attempts. Please wait a few minutes."))};
  }
  const auto password = call.params().text("current_password").value_or("");
  if (!oauth.check_password(call.session(), visitor->account.username, password)) {
    return Allowed{std::nullopt, TRY(refuse(call, *visitor, 422, "The password is not right."))};
  }
  return Allowed{std::move(visitor), std::nullopt};
}

Result<http::Response> change_password(Call& call) {
  auto allowed = TRY(ask_password(call));
  if (allowed.answer) return *std::move(allowed.answer);
  const auto& visitor = *allowed.visitor;
  const auto password = call.params().text("password").value_or("");
  if (const auto faults = service::RegistrationService::check_password(password); !faults.empty()) {
    return refuse(call, visitor, 422, "The new password " + faults.all().front().description + ".");
  }
  const auto hash = TRY(crypto::hash_password(password));
  return call.session().write([&](db::Tx& tx) -> Result<http::Response> {
    call.services().registrations.set_password(tx, visitor.user, hash, visitor.session.id);
    log::info("password changed", {log::kv("user", visitor.user.id.str())});
    return redirect("/auth/edit?changed=1");
  });
}

Result<http::Response> change_email(Call& call) {
  auto allowed = TRY(ask_password(call));
  if (allowed.answer) return *std::move(allowed.answer);
  const auto& visitor = *allowed.visitor;
  const std::string email(text::trim(call.params().text("email").value_or("")));
  const auto changed = call.session().write(
      [&](db::Tx& tx) -> Result<void> { return call.services().registrations.change_email(tx, visitor.user, email); });
  if (!changed && changed.error().code == Errc::invalid) {
    return refuse(call, visitor, 422, changed.error().message.substr(changed.error().message.find(": ") + 2) + ".");
  }
  if (!changed) return std::unexpected(changed.error());
  return redirect(call.config().smtp.is_set() ? "/auth/edit?mailed=1" : "/auth/edit?changed=1");
}

Result<http::Response> end_session(Call& call) {
  const auto visitor = find_visitor(call.tx(), call);
  if (!visitor) return sign_in_for(kPath);
  if (!is_own_form(call, visitor->session.csrf_token)) {
    return render_message(call.config(), 422, "Nobody was signed out", kExpired);
  }
  const auto id = TRY(call.path_id<SessionId>("id"));
  store::delete_session_of(call.tx(), visitor->user.id, id);
  return redirect("/auth/edit?changed=1");
}

Result<http::Response> to_settings(Call&) {
  return redirect(kPath);
}

constexpr api::Route kRoutes[] = {
    {Method::get, kPath, Auth::pub, "", &show_settings, Access::read},
    {Method::post, "/auth/edit/password", Auth::pub, "", &change_password, Access::own},
    {Method::post, "/auth/edit/email", Auth::pub, "", &change_email, Access::own},
    {Method::post, "/auth/sessions/:id", Auth::pub, "", &end_session},
    {Method::get, "/.well-known/change-password", Auth::pub, "", &to_settings, Access::own},
};

}  // namespace

std::span<const api::Route> account_settings_routes() {
  return kRoutes;
}

}  // namespace dunlin::web
