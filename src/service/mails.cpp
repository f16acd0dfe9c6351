#include "dunlin/service/mails.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/jobs/queue.hpp"
#include "dunlin/store/mails.hpp"
#include "dunlin/store/sign_ups.hpp"

#include <fmt/core.h>

namespace dunlin::service {

std::string letter_text(const config::Config& config, const Letter& letter) {
  std::string out;
  for (const auto& paragraph : letter.paragraphs) out += paragraph + "\n\n";
  if (letter.button) out += letter.button->label + ":\n" + letter.button->url + "\n\n";
  for (const auto& line : letter.small_print) out += line + "\n\n";
  return out + "-- \n" + config.instance.title + "\n" + config.origin() + "/\n";
}

std::string letter_html(const config::Config& config, const Letter& letter) {
  const auto escape = [](std::string_view value) { return text::escape_html(value); };
  std::string out = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{}</title></head>\n"
      "<body style=\"margin:0;padding:24px;background:#eef3f2;color:#16282b;font:16px/1.5 sans-serif\">\n"
      "<div style=\"max-width:520px;margin:0 auto;padding:24px;background:#ffffff;border-radius:12px\">\n"
      "<p style=\"margin:0 0 16px;font-weight:bold\">{}</p>\n",
      escape(letter.subject), escape(config.instance.title));
  for (const auto& paragraph : letter.paragraphs) {
    out += "<p style=\"margin:0 0 16px\">" + text::replace_all(escape(paragraph), "\n", "<br>") + "</p>\n";
  }
  if (letter.button) {
    out += fmt::format(
        "<p style=\"margin:0 0 16px\"><a href=\"{0}\" style=\"display:inline-block;padding:10px 20px;color:#ffffff;"
        "background:#17616e;border-radius:8px;text-decoration:none\">{1}</a></p>\n"
        "<p style=\"margin:0 0 16px;font-size:13px;color:#526669\">Or open this address: {0}</p>\n",
        escape(letter.button->url), escape(letter.button->label));
  }
  for (const auto& line : letter.small_print) {
    out += "<p style=\"margin:0 0 12px;font-size:13px;color:#526669\">" + escape(line) + "</p>\n";
  }
  return out + fmt::format("<p style=\"margin:0;font-size:13px\"><a href=\"{0}/\">{0}</a></p>\n</div></body></html>\n",
                           escape(config.origin()));
}

std::string MailService::handle(std::string_view username) const {
  return fmt::format("@{}@{}", username, env_.config.server.domain);
}

void MailService::send(db::Tx& tx, std::string_view to, const Letter& letter) {
  if (!env_.config.smtp.is_set()) return;
  const model::Mail mail{.id = env_.ids.next<JobId>().value,
                         .recipient = std::string(to),
                         .subject = letter.subject,
                         .text = letter_text(env_.config, letter),
                         .html = letter_html(env_.config, letter),
                         .created_at = tx.now()};
  store::insert_mail(tx, mail);
  env_.queue.enqueue(
      tx, {.kind = kSendMail, .payload = std::to_string(mail.id), .run_at = std::nullopt, .unique_key = std::nullopt});
}

void MailService::send_to_staff(db::Tx& tx, const Letter& letter) {
  if (!env_.config.smtp.is_set()) return;
  for (const auto& address : store::list_staff_emails(tx)) send(tx, address, letter);
}

void MailService::confirm_sign_up(db::Tx& tx, std::string_view to, std::string_view username, std::string_view link) {
  send(tx, to,
       {.subject = fmt::format("Confirm your address for {}", env_.config.instance.title),
        .paragraphs = {fmt::format("You asked for the account {} with this e-mail address. Please confirm that it is "
                                   "yours.",
                                   handle(username))},
        .button = Letter::Button{"Confirm my address", std::string(link)},
        .small_print = {"The link works for two days. If it was not you who asked, do nothing: the account stays "
                        "closed."}});
}

void MailService::confirm_new_address(db::Tx& tx, std::string_view to, std::string_view username,
                                      std::string_view link) {
  send(tx, to,
       {.subject = fmt::format("Confirm your new address for {}", env_.config.instance.title),
        .paragraphs = {fmt::format("The account {} wants to use this e-mail address from now on. Please confirm that "
                                   "it is yours.",
                                   handle(username))},
        .button = Letter::Button{"Confirm my new address", std::string(link)},
        .small_print = {"The link works for two days. If it was not you who asked, do nothing: nothing changes."}});
}

void MailService::address_changed(db::Tx& tx, std::string_view to, std::string_view username,
                                  std::string_view new_address) {
  send(tx, to,
       {.subject = "Your e-mail address is being changed",
        .paragraphs = {fmt::format("The e-mail address of {} is being changed to {}.", handle(username), new_address),
                       "If it was not you, sign in and change your password at once. If you cannot sign in any more, "
                       "write to the administrators."}});
}

void MailService::reset_password(db::Tx& tx, std::string_view to, std::string_view username, std::string_view link) {
  send(tx, to,
       {.subject = "A new password",
        .paragraphs = {fmt::format("Somebody asked for a new password for {}.", handle(username))},
        .button = Letter::Button{"Choose a new password", std::string(link)},
        .small_print = {"The link works once, within six hours. If it was not you who asked, do nothing: your password "
                        "stays as it is."}});
}

void MailService::password_changed(db::Tx& tx, std::string_view to, std::string_view username) {
  send(tx, to,
       {.subject = "Your password was changed",
        .paragraphs = {
            fmt::format("The password of {} was changed. All apps and browsers are signed out.", handle(username)),
            "If it was not you, ask for a new password at once, and write to the administrators."}});
}

void MailService::signed_in_anew(db::Tx& tx, std::string_view to, std::string_view username, std::string_view browser,
                                 std::string_view address) {
  send(tx, to,
       {.subject = "A new sign-in",
        .paragraphs = {fmt::format("Somebody has signed in as {} from a new place: {}, address {}.", handle(username),
                                   browser, address),
                       "If it was you, there is nothing to do. If not, change your password at once: that signs out "
                       "everybody else."},
        .button = Letter::Button{"Look at my sign-ins", env_.config.origin() + "/auth/edit"}});
}

void MailService::second_factor_failed(db::Tx& tx, std::string_view to, std::string_view username,
                                       std::string_view address) {
  send(tx, to,
       {.subject = "A sign-in has failed",
        .paragraphs = {fmt::format("Somebody at the address {} knew the password of {}, but not the code of the second "
                                   "factor, and was not let in.",
                                   address, handle(username)),
                       "If it was not you, change your password: somebody else knows it."},
        .button = Letter::Button{"Change my password", env_.config.origin() + "/auth/edit"}});
}

void MailService::welcome(db::Tx& tx, std::string_view to, std::string_view username) {
  send(tx, to,
       {.subject = fmt::format("Welcome to {}", env_.config.instance.title),
        .paragraphs = {fmt::format("Your account {} is ready.", handle(username)),
                       fmt::format("Use any app for Mastodon servers and give it the address {}.",
                                   env_.config.web_host())},
        .button = Letter::Button{"Sign in", env_.config.origin() + "/auth/sign_in"}});
}

void MailService::rejected(db::Tx& tx, std::string_view to, std::string_view username) {
  send(tx, to,
       {.subject = fmt::format("Your request for an account on {}", env_.config.instance.title),
        .paragraphs = {fmt::format("The moderators of {} have decided not to open the account {}. What you told us has "
                                   "been deleted.",
                                   env_.config.instance.title, handle(username))}});
}

void MailService::approval_wanted(db::Tx& tx, std::string_view username, std::string_view reason) {
  send_to_staff(
      tx, {.subject = fmt::format("{} asks for an account", handle(username)),
           .paragraphs = {fmt::format("{} asks for an account on {}.", handle(username), env_.config.instance.title),
                          reason.empty() ? "No reason was given." : fmt::format("The reason: {}", reason)},
           .small_print = {fmt::format("To let them in: dunlin account approve {0}. To refuse: dunlin account "
                                       "reject {0}.",
                                       username)}});
}

void MailService::report_filed(db::Tx& tx, std::string_view reporter, std::string_view target,
                               std::string_view comment) {
  send_to_staff(tx,
                {.subject = fmt::format("{} was reported", target),
                 .paragraphs = {fmt::format("{} has reported {}.", reporter, target),
                                comment.empty() ? "There is no comment." : fmt::format("The comment: {}", comment)}});
}

}  // namespace dunlin::service
