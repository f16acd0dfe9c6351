#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"
#include "dunlin/db/tx.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// How accounts come about: sign-ups, addresses to confirm, invitations, forgotten passwords. `hash` parameters are raw
/// SHA-256 digests (crypto::token_hash).
namespace dunlin::store {

struct SignUp {
  UserId user_id;
  std::optional<ApplicationId> application_id{};
  std::optional<std::int64_t> invite_id{};
  std::string reason{};
  std::string address{};
};
void insert_sign_up(db::Tx& tx, const SignUp& sign_up);
std::optional<SignUp> find_sign_up(db::Tx& tx, UserId user);

struct EmailConfirmation {
  UserId user_id;
  std::string email;
  Time sent_at{};
};
/// Replaces what waited for this user.
void put_email_confirmation(db::Tx& tx, UserId user, std::string_view email, std::string_view hash);
std::optional<EmailConfirmation> find_email_confirmation(db::Tx& tx, UserId user);
/// Those sent after `since`.
std::optional<EmailConfirmation> find_email_confirmation(db::Tx& tx, std::string_view hash, Time since);
void delete_email_confirmation(db::Tx& tx, UserId user);

void insert_password_reset(db::Tx& tx, UserId user, std::string_view hash);
/// The user whose reset this is, sent after `since`.
std::optional<UserId> find_password_reset(db::Tx& tx, std::string_view hash, Time since);
/// All that wait for this user.
void delete_password_resets(db::Tx& tx, UserId user);
void purge_password_resets(db::Tx& tx, Time before);

struct Invite {
  std::int64_t id = 0;
  std::string code;
  std::optional<int> max_uses{};
  int uses = 0;
  std::optional<Time> expires_at{};
  Time created_at{};
};
void insert_invite(db::Tx& tx, const Invite& invite);
/// While it can still be used.
std::optional<Invite> find_valid_invite(db::Tx& tx, std::string_view code);
/// Counts a use; false: it is used up or over.
bool use_invite(db::Tx& tx, std::int64_t id);
std::vector<Invite> list_invites(db::Tx& tx);
bool delete_invite(db::Tx& tx, std::string_view code);

/// The e-mail addresses of logins that look after the instance: moderators and above.
std::vector<std::string> list_staff_emails(db::Tx& tx);
/// Takes all tokens and browser sessions of a user, but that session.
void end_logins(db::Tx& tx, UserId user, std::optional<SessionId> except);
/// Removes the account of somebody who was never let in, with all rows.
void delete_unconfirmed_account(db::Tx& tx, AccountId account);

}  // namespace dunlin::store
