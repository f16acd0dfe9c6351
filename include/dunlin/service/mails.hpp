#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/jobs/job.hpp"
#include "dunlin/service/environment.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Mail to people who have an account here. Stored with a job in the transaction that causes it; handed over later
/// (daemon/mail_pump.hpp). With no mail server configured nothing is stored.
namespace dunlin::service {

/// Payload: the id of the mail.
inline constexpr jobs::Kind kSendMail{"send_mail", jobs::Lane::mail};

/// What a mail says; it becomes text and HTML.
struct Letter {
  std::string subject;
  std::vector<std::string> paragraphs;
  struct Button {
    std::string label;
    std::string url;
  };
  std::optional<Button> button{};
  std::vector<std::string> small_print{};
};
std::string letter_text(const config::Config& config, const Letter& letter);
std::string letter_html(const config::Config& config, const Letter& letter);

class MailService {
 public:
  explicit MailService(Environment& env) : env_(env) {}

  void confirm_sign_up(db::Tx& tx, std::string_view to, std::string_view username, std::string_view link);
  void confirm_new_address(db::Tx& tx, std::string_view to, std::string_view username, std::string_view link);
  void address_changed(db::Tx& tx, std::string_view to, std::string_view username, std::string_view new_address);
  void reset_password(db::Tx& tx, std::string_view to, std::string_view username, std::string_view link);
  void password_changed(db::Tx& tx, std::string_view to, std::string_view username);
  /// A sign-in from a network that the login has not been used in; `browser` in words.
  void signed_in_anew(db::Tx& tx, std::string_view to, std::string_view username, std::string_view browser,
                      std::string_view address);
  /// The password was right, the second factor was not.
  void second_factor_failed(db::Tx& tx, std::string_view to, std::string_view username, std::string_view address);
  void welcome(db::Tx& tx, std::string_view to, std::string_view username);
  void rejected(db::Tx& tx, std::string_view to, std::string_view username);
  /// To each moderator.
  void approval_wanted(db::Tx& tx, std::string_view username, std::string_view reason);
  void report_filed(db::Tx& tx, std::string_view reporter, std::string_view target, std::string_view comment);

 private:
  void send(db::Tx& tx, std::string_view to, const Letter& letter);
  void send_to_staff(db::Tx& tx, const Letter& letter);
  [[nodiscard]] std::string handle(std::string_view username) const;
  Environment& env_;
};

}  // namespace dunlin::service
