#include "handlers.hpp"
#include "validation.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/crypto/password.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/service/registrations.hpp"
#include "dunlin/store/oauth.hpp"
#include "dunlin/store/sign_ups.hpp"

#include <string>

namespace dunlin::api {

namespace {

service::SignUpForm read_form(const Call& call) {
  const auto& params = call.params();
  const auto text = [&](std::string_view name) { return params.text(name).value_or(""); };
  return {.username = text("username"),
          .email = std::string(text::trim(text("email"))),
          .password = text("password"),
          .agreement = params.boolean("agreement").value_or(false),
          .locale = text("locale"),
          .reason = text("reason"),
          .date_of_birth = text("date_of_birth"),
          .invite_code = text("invite_code"),
          .application = call.bearer()->token.application_id,
          .address = call.request().remote_address};
}

/// Errors: forbidden while nobody may sign up.
Result<service::Faults> check_form(Call& call, const service::SignUpForm& form) {
  return call.session().read([&](db::Tx& tx) -> Result<service::Faults> {
    const auto& registrations = call.services().registrations;
    if (!registrations.is_open(tx, form.invite_code)) return fail(Errc::forbidden, "Forbidden");
    return registrations.check(tx, form);
  });
}

Result<service::OAuthService::Issued> make_account(Call& call, const service::SignUpForm& form,
                                                   const std::string& password_hash) {
  return call.session().write([&](db::Tx& tx) -> Result<service::OAuthService::Issued> {
    const auto application = store::find_application(tx, *form.application);
    if (!application) return fail(Errc::unauthorized, "The access token is invalid");
    const auto user = TRY(call.services().registrations.sign_up(tx, form, password_hash));
    return call.services().oauth.issue_user_token(tx, *application, user.id, call.bearer()->token.scopes);
  });
}

}  // namespace

Result<http::Response> sign_up(Call& call) {
  const auto form = read_form(call);
  const auto faults = TRY(check_form(call, form));
  if (!faults.empty()) return validation_failed(faults);
  // 20 ms and 19 MiB: outside any transaction.
  const auto issued = TRY(make_account(call, form, TRY(crypto::hash_password(form.password))));
  json::Writer out;
  out.begin_object();
  out.field("access_token", issued.access_token);
  out.field("token_type", "Bearer");
  out.field("scope", text::join(issued.token.scopes, " "));
  out.field("created_at", std::chrono::floor<std::chrono::seconds>(issued.token.created_at).time_since_epoch().count());
  out.end_object();
  return call.json(out.take());
}

Result<http::Response> resend_confirmation(Call& call) {
  const auto& user = call.user();
  const auto sign_up = store::find_sign_up(call.tx(), user.id);
  if (!sign_up || sign_up->application_id != call.bearer()->token.application_id) {
    return fail(Errc::forbidden, "This method is only available to the application the user originally signed-up with");
  }
  if (user.confirmed_at && !store::find_email_confirmation(call.tx(), user.id)) {
    return fail(Errc::forbidden, "This method is only available while the e-mail is awaiting confirmation");
  }
  auto email = call.params().text("email");
  if (email) email = std::string(text::trim(*email));
  if (email && email->empty()) email.reset();
  TRY_VOID(call.services().registrations.send_confirmation(call.tx(), user, email));
  return call.json("{}");
}

Result<http::Response> check_confirmation(Call& call) {
  return call.json(call.user().confirmed_at ? "true" : "false");
}

}  // namespace dunlin::api
