#include "dunlin/service/registrations.hpp"

#include "languages.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/base/random.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/base/time_format.hpp"
#include "dunlin/crypto/digest.hpp"
#include "dunlin/service/events.hpp"
#include "dunlin/store/account_deletion.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/sign_ups.hpp"
#include "dunlin/store/user_settings.hpp"

#include <fmt/core.h>

#include <chrono>

namespace dunlin::service {

namespace {

constexpr std::chrono::hours kConfirmationLife{48};
constexpr std::chrono::hours kResetLife{6};

/// Whole years from `born` to `today`.
int age_of(std::chrono::year_month_day born, std::chrono::year_month_day today) {
  const int years = static_cast<int>(today.year()) - static_cast<int>(born.year());
  const bool had_birthday =
      today.month() > born.month() || (today.month() == born.month() && today.day() >= born.day());
  return had_birthday ? years : years - 1;
}

void check_age(std::string_view date, int least, Time now, Faults& faults) {
  constexpr std::string_view kField = "date_of_birth";
  constexpr std::string_view kLabel = "Date of birth";
  if (date.empty()) return faults.add(kField, kLabel, "ERR_BLANK", "can't be blank");
  const auto born = date.size() == 10 ? parse_iso8601(std::string(date) + "T00:00:00Z") : std::nullopt;
  if (!born || *born > now) return faults.add(kField, kLabel, "ERR_INVALID", "is invalid");
  using std::chrono::days;
  const int age = age_of(std::chrono::floor<days>(*born), std::chrono::floor<days>(now));
  if (age < least) faults.add(kField, kLabel, "ERR_BELOW_LIMIT", "is below the age limit");
}

void check_email(db::Tx& tx, const std::string& email, Faults& faults) {
  if (email.empty()) return faults.add("email", "Email", "ERR_BLANK", "can't be blank");
  if (!AccountService::is_email(email)) return faults.add("email", "Email", "ERR_INVALID", "is invalid");
  if (store::find_user_by_email(tx, email)) faults.add("email", "Email", "ERR_TAKEN", "has already been taken");
}

void check_username(db::Tx& tx, const std::string& username, Faults& faults) {
  constexpr std::string_view kLabel = "Username";
  if (username.empty()) return faults.add("username", kLabel, "ERR_BLANK", "can't be blank");
  if (const auto fault = AccountService::username_fault(username)) {
    return faults.add("username", kLabel, fault->code, fault->description);
  }
  if (store::find_username_holder(tx, username) || store::is_deleted_username(tx, username)) {
    faults.add("username", kLabel, "ERR_TAKEN", "has already been taken");
  }
}

std::string locale_of(const std::string& wanted) {
  return normalise_language(wanted).value_or("en");
}

}  // namespace

bool RegistrationService::may_try(std::string_view what, std::string_view address, std::string_view person) {
  if (!env_.config.limits.rate_limits) return true;
  using namespace std::chrono_literals;
  const std::string kind(what);
  const bool address_ok = attempts_.allow(kind + " address " + network_of(address), 25, 5min);
  if (person.empty()) return address_ok;
  // Hashed: keys stay short, and no mail address lies about in memory.
  return address_ok && attempts_.allow(kind + " person " + crypto::sha256(text::to_lower_ascii(person)), 5, 30min);
}

bool RegistrationService::is_open(db::Tx& tx, std::string_view invite_code) const {
  if (!invite_code.empty() && store::find_valid_invite(tx, invite_code)) return true;
  return env_.config.registrations.mode != "closed";
}

Faults RegistrationService::check_password(std::string_view password) {
  Faults faults;
  if (password.empty()) {
    faults.add("password", "Password", "ERR_BLANK", "can't be blank");
  } else if (text::count_graphemes(password) < kMinPassword) {
    faults.add("password", "Password", "ERR_TOO_SHORT",
               fmt::format("is too short (minimum is {} characters)", kMinPassword));
  } else if (password.size() > kMaxPassword) {
    faults.add("password", "Password", "ERR_TOO_LONG",
               fmt::format("is too long (maximum is {} characters)", kMaxPassword));
  }
  return faults;
}

Faults RegistrationService::check(db::Tx& tx, const SignUpForm& form) const {
  const auto& rules = env_.config.registrations;
  Faults faults;
  check_username(tx, form.username, faults);
  check_email(tx, form.email, faults);
  for (const auto& fault : check_password(form.password).all()) {
    faults.add(fault.field, fault.label, fault.code, fault.description);
  }
  if (!form.agreement) faults.add("agreement", "Service agreement", "ERR_ACCEPTED", "must be accepted");
  const bool invited = !form.invite_code.empty();
  if (rules.mode == "approval" && rules.require_reason && !invited && text::trim(form.reason).empty()) {
    faults.add("reason", "Reason", "ERR_BLANK", "can't be blank");
  }
  if (text::count_graphemes(form.reason) > kMaxReason) {
    faults.add("reason", "Reason", "ERR_TOO_LONG", fmt::format("is too long (maximum is {} characters)", kMaxReason));
  }
  if (rules.min_age > 0) check_age(form.date_of_birth, rules.min_age, tx.now(), faults);
  return faults;
}

Result<model::User> RegistrationService::sign_up(db::Tx& tx, const SignUpForm& form, const std::string& password_hash) {
  const bool confirms = env_.config.smtp.is_set();
  std::optional<std::int64_t> invite;
  if (!form.invite_code.empty()) {
    const auto found = store::find_valid_invite(tx, form.invite_code);
    if (!found || !store::use_invite(tx, found->id)) return fail(Errc::forbidden, "Forbidden", "invitation is used up");
    invite = found->id;
  }
  const bool waits = env_.config.registrations.mode == "approval" && !invite;
  const auto account = TRY(accounts_.create_local(tx,
                                                  {.username = form.username,
                                                   .email = form.email,
                                                   .password = {},
                                                   .confirmed = !confirms,
                                                   .approved = !waits,
                                                   .locale = locale_of(form.locale)},
                                                  password_hash));
  const auto user = store::find_user_by_account(tx, account.id).value();
  store::insert_sign_up(tx, {.user_id = user.id,
                             .application_id = form.application,
                             .invite_id = invite,
                             .reason = std::string(text::trim(form.reason)),
                             .address = form.address});
  log::info("signed up", {log::kv("user", user.id.str()), log::kv("username", account.username)});
  if (confirms) mail_link(tx, user, user.email);
  if (!confirms) notifications_.signed_up(tx, account.id);
  if (waits && !confirms) mails_.approval_wanted(tx, account.username, text::trim(form.reason));
  return user;
}

std::string RegistrationService::username_of(db::Tx& tx, const model::User& user) const {
  const auto account = store::find_account(tx, user.account_id);
  return account ? account->username : std::string();
}

void RegistrationService::mail_link(db::Tx& tx, const model::User& user, const std::string& email) {
  const std::string token = random_token();
  store::put_email_confirmation(tx, user.id, email, crypto::token_hash(token));
  const auto sign_up = store::find_sign_up(tx, user.id);
  const bool from_app = !user.confirmed_at && sign_up && sign_up->application_id;
  const std::string link = env_.config.origin() + "/auth/confirmation?confirmation_token=" + token +
                           (from_app ? "&redirect_to_app=true" : "");
  const auto username = username_of(tx, user);
  user.confirmed_at ? mails_.confirm_new_address(tx, email, username, link)
                    : mails_.confirm_sign_up(tx, email, username, link);
}

Result<model::User> RegistrationService::confirm(db::Tx& tx, std::string_view token) {
  const auto waiting = store::find_email_confirmation(tx, crypto::token_hash(token), tx.now() - kConfirmationLife);
  auto user = waiting ? store::find_user(tx, waiting->user_id) : std::nullopt;
  if (!user) return fail(Errc::not_found, "This link is not valid any more");
  const auto holder = store::find_user_by_email(tx, waiting->email);
  if (holder && holder->id != user->id)
    return fail(Errc::not_found, "This link is not valid any more", "address taken");
  const bool is_new = !user->confirmed_at;
  user->email = waiting->email;
  if (is_new) user->confirmed_at = tx.now();
  store::update_user(tx, *user);
  store::delete_email_confirmation(tx, user->id);
  if (!is_new) return std::move(*user);
  notifications_.signed_up(tx, user->account_id);
  const auto username = username_of(tx, *user);
  if (user->approved) {
    mails_.welcome(tx, user->email, username);
  } else {
    const auto sign_up = store::find_sign_up(tx, user->id);
    mails_.approval_wanted(tx, username, sign_up ? sign_up->reason : "");
  }
  return std::move(*user);
}

Result<void> RegistrationService::send_confirmation(db::Tx& tx, const model::User& user,
                                                    const std::optional<std::string>& email) {
  std::string address = user.email;
  if (const auto waiting = store::find_email_confirmation(tx, user.id)) address = waiting->email;
  if (email && !text::equals_ignore_case(*email, address)) {
    Faults faults;
    check_email(tx, *email, faults);
    if (!faults.empty()) return fail(Errc::invalid, faults.message());
    address = *email;
    if (!user.confirmed_at) store::set_email(tx, user.id, address);
  }
  mail_link(tx, user, address);
  return {};
}

Result<void> RegistrationService::change_email(db::Tx& tx, const model::User& user, const std::string& email) {
  Faults faults;
  check_email(tx, email, faults);
  if (!faults.empty()) return fail(Errc::invalid, faults.message());
  if (!env_.config.smtp.is_set()) {
    store::set_email(tx, user.id, email);
    return {};
  }
  mails_.address_changed(tx, user.email, username_of(tx, user), email);
  mail_link(tx, user, email);
  return {};
}

void RegistrationService::ask_for_reset(db::Tx& tx, std::string_view email) {
  const auto user = store::find_user_by_email(tx, text::trim(email));
  if (!user || user->disabled) return;
  const std::string token = random_token();
  store::delete_password_resets(tx, user->id);
  store::insert_password_reset(tx, user->id, crypto::token_hash(token));
  mails_.reset_password(tx, user->email, username_of(tx, *user),
                        env_.config.origin() + "/auth/password/edit?reset_password_token=" + token);
}

std::optional<model::User> RegistrationService::find_reset(db::Tx& tx, std::string_view token) {
  const auto id = store::find_password_reset(tx, crypto::token_hash(token), tx.now() - kResetLife);
  return id ? store::find_user(tx, *id) : std::nullopt;
}

void RegistrationService::set_password(db::Tx& tx, const model::User& user, const std::string& password_hash,
                                       std::optional<SessionId> except) {
  store::set_password_hash(tx, user.id, password_hash);
  store::delete_password_resets(tx, user.id);
  store::end_logins(tx, user.id, except);
  env_.events.tell(tx, events::LoginChanged{user.id});
  mails_.password_changed(tx, user.email, username_of(tx, user));
}

Result<void> RegistrationService::approve(db::Tx& tx, model::User user) {
  if (user.approved) return fail(Errc::invalid, "this account does not wait for approval");
  user.approved = true;
  store::update_user(tx, user);
  if (user.confirmed_at) mails_.welcome(tx, user.email, username_of(tx, user));
  return {};
}

Result<void> RegistrationService::reject(db::Tx& tx, const model::User& user) {
  if (user.approved) return fail(Errc::invalid, "this account does not wait for approval");
  mails_.rejected(tx, user.email, username_of(tx, user));
  store::delete_unconfirmed_account(tx, user.account_id);
  return {};
}

}  // namespace dunlin::service
