#include "dunlin/store/two_factor.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

namespace {

const db::Statement kFind{"two_factor.find",
                          "SELECT secret, confirmed_at, last_step FROM two_factor WHERE user_id = $1"};
const db::Statement kStart{"two_factor.start", R"sql(
INSERT INTO two_factor (user_id, secret) VALUES ($1, $2)
ON CONFLICT (user_id) DO UPDATE SET secret = EXCLUDED.secret, last_step = 0 WHERE two_factor.confirmed_at IS NULL)sql"};
const db::Statement kConfirm{"two_factor.confirm",
                             "UPDATE two_factor SET confirmed_at = coalesce(confirmed_at, $2) WHERE user_id = $1"};
const db::Statement kUseStep{"two_factor.use_step",
                             "UPDATE two_factor SET last_step = $2 WHERE user_id = $1 AND last_step < $2"};
const db::Statement kDelete{"two_factor.delete", R"sql(
WITH codes AS (DELETE FROM backup_codes WHERE user_id = $1)
DELETE FROM two_factor WHERE user_id = $1)sql"};
const db::Statement kDeleteCodes{"two_factor.delete_codes", "DELETE FROM backup_codes WHERE user_id = $1"};
const db::Statement kInsertCode{"two_factor.insert_code",
                                "INSERT INTO backup_codes (user_id, code_hash) VALUES ($1, $2)"};
const db::Statement kTakeCode{"two_factor.take_code", "DELETE FROM backup_codes WHERE user_id = $1 AND code_hash = $2"};
const db::Statement kInsertPending{"two_factor.insert_pending", R"sql(
INSERT INTO pending_sign_ins (token_hash, user_id, expires_at) VALUES ($1, $2, $3))sql"};
const db::Statement kFindPending{"two_factor.find_pending",
                                 "SELECT user_id FROM pending_sign_ins WHERE token_hash = $1 AND expires_at > $2"};
const db::Statement kDeletePending{"two_factor.delete_pending", "DELETE FROM pending_sign_ins WHERE token_hash = $1"};
const db::Statement kPurgePending{"two_factor.purge_pending", "DELETE FROM pending_sign_ins WHERE expires_at <= $1"};

}  // namespace

std::optional<TwoFactor> find_two_factor(db::Tx& tx, UserId user) {
  return first_row(tx.exec(kFind, {user}), [](const db::Row& row) {
    return TwoFactor{.secret = row.bytes(0), .confirmed_at = row.opt_time(1), .last_step = row.i64(2)};
  });
}

void start_two_factor(db::Tx& tx, UserId user, std::string_view secret) {
  tx.exec(kStart, {user, db::Param::bytes(secret)});
}

void confirm_two_factor(db::Tx& tx, UserId user) {
  tx.exec(kConfirm, {user, tx.now()});
}

bool use_two_factor_step(db::Tx& tx, UserId user, std::int64_t step) {
  return tx.exec(kUseStep, {user, step}).affected() == 1;
}

void delete_two_factor(db::Tx& tx, UserId user) {
  tx.exec(kDelete, {user});
}

void replace_backup_codes(db::Tx& tx, UserId user, std::span<const std::string> hashes) {
  tx.exec(kDeleteCodes, {user});
  for (const auto& hash : hashes) tx.exec(kInsertCode, {user, db::Param::bytes(hash)});
}

bool take_backup_code(db::Tx& tx, UserId user, std::string_view hash) {
  return tx.exec(kTakeCode, {user, db::Param::bytes(hash)}).affected() == 1;
}

void insert_pending_sign_in(db::Tx& tx, UserId user, std::string_view hash, Time expires_at) {
  tx.exec(kInsertPending, {db::Param::bytes(hash), user, expires_at});
}

std::optional<UserId> find_pending_sign_in(db::Tx& tx, std::string_view hash) {
  return first_row(tx.exec(kFindPending, {db::Param::bytes(hash), tx.now()}),
                   [](const db::Row& row) { return row.id<UserId>(0); });
}

void delete_pending_sign_in(db::Tx& tx, std::string_view hash) {
  tx.exec(kDeletePending, {db::Param::bytes(hash)});
}

void purge_pending_sign_ins(db::Tx& tx) {
  tx.exec(kPurgePending, {tx.now()});
}

}  // namespace dunlin::store
