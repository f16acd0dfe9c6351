#include "browser_session.hpp"
#include "form_guard.hpp"
#include "layout.hpp"
#include "tables.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/service/registrations.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/oauth.hpp"
#include "dunlin/store/sign_ups.hpp"

namespace dunlin::web {

namespace {

using api::Access;
using api::Auth;
using api::Call;
using http::Method;

/// Where the app that somebody signed up with is waiting; "" when there is none that a link could open.
std::string way_back_to_app(db::Tx& tx, UserId user) {
  const auto sign_up = store::find_sign_up(tx, user);
  if (!sign_up || !sign_up->application_id) return {};
  const auto application = store::find_application(tx, *sign_up->application_id);
  if (!application || application->redirect_uris.empty()) return {};
  const std::string& uri = application->redirect_uris.front();
  return uri == service::kOutOfBand ? std::string() : uri;
}

/// The link in a mail.
Result<http::Response> confirm(Call& call) {
  const auto token = call.params().text("confirmation_token").value_or("");
  const auto user = call.services().registrations.confirm(call.tx(), token);
  if (!user) {
    if (user.error().code != Errc::not_found) return std::unexpected(user.error());
    return redirect("/auth/confirmation/new?invalid=1");
  }
  Html body;
  body.add("<section class=\"card\"><h1>Your address is confirmed</h1>\n");
  if (!user->approved) {
    body.add("<p>A moderator will look at your request. You will get a mail when your account is open.</p>\n");
  } else {
    body.add("<p>Your account is ready.</p>\n");
  }
  const std::string app =
      call.params().boolean("redirect_to_app").value_or(false) ? way_back_to_app(call.tx(), user->id) : std::string();
  if (!app.empty()) {
    body.add("<p><a class=\"button\" href=\"{}\">Back to the app</a></p>\n", {app});
  } else {
    body.add("<p><a class=\"button\" href=\"/auth/sign_in\">Sign in</a></p>\n");
  }
  body.add("</section>\n");
  return render_page(call.config(), {.title = "Your address is confirmed", .narrow = true}, body);
}

http::Response render_ask(const Call& call, int status, std::string_view alert) {
  const auto token = form_token(call);
  Html body;
  body.add("<section class=\"card\"><h1>Send the confirmation link again</h1>\n");
  if (!alert.empty()) body.add("<p class=\"alert\" role=\"alert\">{}</p>\n", {alert});
  body.add(R"(<form class="stack" method="post" action="/auth/confirmation/new">
<input type="hidden" name="csrf_token" value="{}">
<label for="email">E-mail address</label>
<input id="email" name="email" type="email" autocomplete="email" required>
<button type="submit">Send the link</button></form></section>
)",
           {token});
  auto response = render_page(call.config(), {.status = status, .title = "Confirm your address", .narrow = true}, body);
  keep_form_token(call, response, token);
  return response;
}

Result<http::Response> show_ask(Call& call) {
  const bool invalid = call.params().has("invalid");
  return render_ask(call, 200, invalid ? "This link is not valid any more. It works once, within two days." : "");
}

Result<http::Response> ask(Call& call) {
  if (!is_guarded(call)) return render_ask(call, 422, "This form has expired. Please try again.");
  auto& registrations = call.services().registrations;
  const std::string email(text::trim(call.params().text("email").value_or("")));
  if (!registrations.may_try("confirmation", call.request().remote_address, email)) {
    return render_ask(call, 429, "Too many attempts. Please wait a while and try again.");
  }
  const auto user = store::find_user_by_email(call.tx(), email);
  if (user && !user->confirmed_at) TRY_VOID(registrations.send_confirmation(call.tx(), *user, std::nullopt));
  // The same whatever was found: nobody learns who has an account here.
  return render_message(call.config(), 200, "Look into your mail",
                        "If an account waits for this address, a link is on its way to it.");
}

constexpr api::Route kRoutes[] = {
    // A GET that writes: it is opened from a mail.
    {Method::get, "/auth/confirmation", Auth::pub, "", &confirm, Access::write},
    {Method::get, "/auth/confirmation/new", Auth::pub, "", &show_ask, Access::read},
    {Method::post, "/auth/confirmation/new", Auth::pub, "", &ask},
};

}  // namespace

std::span<const api::Route> confirmation_routes() {
  return kRoutes;
}

}  // namespace dunlin::web
