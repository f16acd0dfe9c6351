#include "dunlin/store/sign_ups.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

namespace {

const db::Statement kInsertSignUp{"sign_ups.insert", R"sql(
INSERT INTO sign_ups (user_id, application_id, invite_id, reason, address, created_at)
VALUES ($1, $2, $3, $4, $5, $6))sql"};
const db::Statement kFindSignUp{
    "sign_ups.find", "SELECT user_id, application_id, invite_id, reason, address FROM sign_ups WHERE user_id = $1"};

const db::Statement kPutConfirmation{"sign_ups.put_confirmation", R"sql(
INSERT INTO email_confirmations (user_id, email, token_hash, sent_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (user_id) DO UPDATE
SET email = EXCLUDED.email, token_hash = EXCLUDED.token_hash, sent_at = EXCLUDED.sent_at)sql"};
const db::Statement kFindConfirmation{"sign_ups.find_confirmation",
                                      "SELECT user_id, email, sent_at FROM email_confirmations WHERE user_id = $1"};
const db::Statement kFindConfirmationByToken{
    "sign_ups.find_confirmation_by_token",
    "SELECT user_id, email, sent_at FROM email_confirmations WHERE token_hash = $1 AND sent_at > $2"};
const db::Statement kDeleteConfirmation{"sign_ups.delete_confirmation",
                                        "DELETE FROM email_confirmations WHERE user_id = $1"};

const db::Statement kInsertReset{"sign_ups.insert_reset",
                                 "INSERT INTO password_resets (token_hash, user_id, sent_at) VALUES ($1, $2, $3)"};
const db::Statement kFindReset{"sign_ups.find_reset",
                               "SELECT user_id FROM password_resets WHERE token_hash = $1 AND sent_at > $2"};
const db::Statement kDeleteResets{"sign_ups.delete_resets", "DELETE FROM password_resets WHERE user_id = $1"};
const db::Statement kPurgeResets{"sign_ups.purge_resets", "DELETE FROM password_resets WHERE sent_at <= $1"};

const db::Statement kInsertInvite{"sign_ups.insert_invite", R"sql(
INSERT INTO invites (id, code, max_uses, expires_at, created_at) VALUES ($1, $2, $3, $4, $5))sql"};
const db::Statement kFindInvite{"sign_ups.find_invite", R"sql(
SELECT id, code, max_uses, uses, expires_at, created_at
FROM invites
WHERE code = $1 AND (max_uses IS NULL OR uses < max_uses) AND (expires_at IS NULL OR expires_at > $2))sql"};
const db::Statement kUseInvite{"sign_ups.use_invite", R"sql(
UPDATE invites SET uses = uses + 1
WHERE id = $1 AND (max_uses IS NULL OR uses < max_uses) AND (expires_at IS NULL OR expires_at > $2))sql"};
const db::Statement kListInvites{
    "sign_ups.list_invites",
    "SELECT id, code, max_uses, uses, expires_at, created_at FROM invites ORDER BY id DESC LIMIT 1000"};
const db::Statement kDeleteInvite{"sign_ups.delete_invite", "DELETE FROM invites WHERE code = $1"};

const db::Statement kListStaffEmails{
    "sign_ups.list_staff_emails",
    "SELECT email FROM users WHERE role > 0 AND confirmed_at IS NOT NULL AND NOT disabled ORDER BY id LIMIT 100"};
const db::Statement kEndLogins{"sign_ups.end_logins", R"sql(
WITH browsers AS (DELETE FROM sessions WHERE user_id = $1 AND id IS DISTINCT FROM $2),
codes AS (DELETE FROM authorization_codes WHERE user_id = $1)
UPDATE access_tokens SET revoked_at = $3 WHERE user_id = $1 AND revoked_at IS NULL)sql"};
const db::Statement kDeleteUnconfirmed{"sign_ups.delete_account",
                                       "DELETE FROM accounts WHERE id = $1 AND domain IS NULL"};

Invite read_invite(const db::Row& row) {
  const auto most = row.opt_i64(2);
  return {.id = row.i64(0),
          .code = std::string(row.text(1)),
          .max_uses = most ? std::optional(static_cast<int>(*most)) : std::nullopt,
          .uses = row.i32(3),
          .expires_at = row.opt_time(4),
          .created_at = row.time(5)};
}

EmailConfirmation read_confirmation(const db::Row& row) {
  return {.user_id = row.id<UserId>(0), .email = std::string(row.text(1)), .sent_at = row.time(2)};
}

}  // namespace

void insert_sign_up(db::Tx& tx, const SignUp& s) {
  tx.exec(kInsertSignUp, {s.user_id, s.application_id, s.invite_id, s.reason, s.address, tx.now()});
}

std::optional<SignUp> find_sign_up(db::Tx& tx, UserId user) {
  return first_row(tx.exec(kFindSignUp, {user}), [](const db::Row& row) {
    return SignUp{.user_id = row.id<UserId>(0),
                  .application_id = row.opt_id<ApplicationId>(1),
                  .invite_id = row.opt_i64(2),
                  .reason = std::string(row.text(3)),
                  .address = std::string(row.text(4))};
  });
}

void put_email_confirmation(db::Tx& tx, UserId user, std::string_view email, std::string_view hash) {
  tx.exec(kPutConfirmation, {user, email, db::Param::bytes(hash), tx.now()});
}

std::optional<EmailConfirmation> find_email_confirmation(db::Tx& tx, UserId user) {
  return first_row(tx.exec(kFindConfirmation, {user}), read_confirmation);
}

std::optional<EmailConfirmation> find_email_confirmation(db::Tx& tx, std::string_view hash, Time since) {
  return first_row(tx.exec(kFindConfirmationByToken, {db::Param::bytes(hash), since}), read_confirmation);
}

void delete_email_confirmation(db::Tx& tx, UserId user) {
  tx.exec(kDeleteConfirmation, {user});
}

void insert_password_reset(db::Tx& tx, UserId user, std::string_view hash) {
  tx.exec(kInsertReset, {db::Param::bytes(hash), user, tx.now()});
}

std::optional<UserId> find_password_reset(db::Tx& tx, std::string_view hash, Time since) {
  return first_row(tx.exec(kFindReset, {db::Param::bytes(hash), since}),
                   [](const db::Row& row) { return row.id<UserId>(0); });
}

void delete_password_resets(db::Tx& tx, UserId user) {
  tx.exec(kDeleteResets, {user});
}

void purge_password_resets(db::Tx& tx, Time before) {
  tx.exec(kPurgeResets, {before});
}

void insert_invite(db::Tx& tx, const Invite& invite) {
  tx.exec(kInsertInvite, {invite.id, invite.code, invite.max_uses, invite.expires_at, tx.now()});
}

std::optional<Invite> find_valid_invite(db::Tx& tx, std::string_view code) {
  return first_row(tx.exec(kFindInvite, {code, tx.now()}), read_invite);
}

bool use_invite(db::Tx& tx, std::int64_t id) {
  return tx.exec(kUseInvite, {id, tx.now()}).affected() == 1;
}

std::vector<Invite> list_invites(db::Tx& tx) {
  return all_rows(tx.exec(kListInvites), read_invite);
}

bool delete_invite(db::Tx& tx, std::string_view code) {
  return tx.exec(kDeleteInvite, {code}).affected() == 1;
}

std::vector<std::string> list_staff_emails(db::Tx& tx) {
  return all_rows(tx.exec(kListStaffEmails), [](const db::Row& row) { return std::string(row.text(0)); });
}

void end_logins(db::Tx& tx, UserId user, std::optional<SessionId> except) {
  tx.exec(kEndLogins, {user, except, tx.now()});
}

void delete_unconfirmed_account(db::Tx& tx, AccountId account) {
  tx.exec(kDeleteUnconfirmed, {account});
}

}  // namespace dunlin::store
