#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/oauth.hpp"
#include "dunlin/service/accounts.hpp"
#include "dunlin/service/attempt_limiter.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/faults.hpp"
#include "dunlin/service/mails.hpp"
#include "dunlin/service/notifications.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dunlin::service {

/// What somebody who wants an account gives.
struct SignUpForm {
  std::string username;
  std::string email;
  std::string password;
  bool agreement = false;
  std::string locale;
  std::string reason;
  std::string date_of_birth;  // YYYY-MM-DD; checked, never kept
  std::string invite_code;
  std::optional<ApplicationId> application{};  // nullopt: the web page
  std::string address{};                       // of the client
};

inline constexpr std::size_t kMaxReason = 420;
inline constexpr std::size_t kMinPassword = 8;
inline constexpr std::size_t kMaxPassword = 72;  // bytes

/// Accounts that people make for themselves, their addresses and passwords (client-api.md 2.6 and 2.7).
class RegistrationService {
 public:
  RegistrationService(Environment& env, AccountService& accounts, MailService& mails,
                      NotificationService& notifications)
      : env_(env), accounts_(accounts), mails_(mails), notifications_(notifications), attempts_(env.clock) {}

  /// Counts an attempt by this address, and about this person if given ("" = nobody in particular); `what` names the
  /// kind. False: too many.
  bool may_try(std::string_view what, std::string_view address, std::string_view person);

  /// Registrations are open, or the code is an invitation.
  bool is_open(db::Tx& tx, std::string_view invite_code) const;
  Faults check(db::Tx& tx, const SignUpForm& form) const;
  /// After check(); `password_hash` is made outside the transaction. Without a mail server the address counts as
  /// confirmed at once. Errors: as AccountService::create_local.
  Result<model::User> sign_up(db::Tx& tx, const SignUpForm& form, const std::string& password_hash);

  /// The address of a link that was mailed is its owner's. Returns the user. Errors: not_found.
  Result<model::User> confirm(db::Tx& tx, std::string_view token);
  /// Mails the link again, to `email` if that is given. Errors: invalid.
  Result<void> send_confirmation(db::Tx& tx, const model::User& user, const std::optional<std::string>& email);
  /// The address becomes the login's when it is confirmed. Errors: invalid.
  Result<void> change_email(db::Tx& tx, const model::User& user, const std::string& email);

  /// Mails a link, if there is such a login: nobody learns whether there is.
  void ask_for_reset(db::Tx& tx, std::string_view email);
  /// The user whose link it is; nullopt when it is none, or too old.
  static std::optional<model::User> find_reset(db::Tx& tx, std::string_view token);
  /// A new password ends all sessions and revokes all tokens, but that session.
  void set_password(db::Tx& tx, const model::User& user, const std::string& password_hash,
                    std::optional<SessionId> except);
  static Faults check_password(std::string_view password);

  /// Lets a waiting account in. Errors: invalid when it does not wait.
  Result<void> approve(db::Tx& tx, model::User user);
  /// Removes it. Errors: invalid when it does not wait.
  Result<void> reject(db::Tx& tx, const model::User& user);

 private:
  void mail_link(db::Tx& tx, const model::User& user, const std::string& email);
  [[nodiscard]] std::string username_of(db::Tx& tx, const model::User& user) const;
  Environment& env_;
  AccountService& accounts_;
  MailService& mails_;
  NotificationService& notifications_;
  AttemptLimiter attempts_;
};

}  // namespace dunlin::service
