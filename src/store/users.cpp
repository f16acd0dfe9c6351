#include "account_rows.hpp"
#include "rows.hpp"

#include "dunlin/db/statement.hpp"
#include "dunlin/store/accounts.hpp"

namespace dunlin::store {

#define DUNLIN_USER_COLUMNS                                                                           \
  "u.id, u.account_id, u.email, u.password_hash, u.role, u.confirmed_at, u.approved, u.disabled, "    \
  "u.locale, u.default_visibility, u.default_sensitive, u.default_language, u.default_quote_policy, " \
  "u.created_at"

namespace {

model::User read_user(const db::Row& row, int first) {
  int c = first;
  model::User u;
  u.id = row.id<UserId>(c++);
  u.account_id = row.id<AccountId>(c++);
  u.email = row.text(c++);
  u.password_hash = row.text(c++);
  u.role = static_cast<model::Role>(row.i32(c++));
  u.confirmed_at = row.opt_time(c++);
  u.approved = row.boolean(c++);
  u.disabled = row.boolean(c++);
  u.locale = row.text(c++);
  u.default_visibility = static_cast<model::Visibility>(row.i32(c++));
  u.default_sensitive = row.boolean(c++);
  u.default_language = row.opt_text(c++);
  u.default_quote_policy = row.text(c++);
  u.created_at = row.time(c++);
  return u;
}

model::User user_of(const db::Row& row) {
  return read_user(row, 0);
}

}  // namespace

const db::Statement kInsertUser{"users.insert", R"sql(
WITH shown AS (UPDATE accounts SET role = $5 WHERE id = $2 AND role <> $5)
INSERT INTO users (id, account_id, email, password_hash, role, confirmed_at, approved, disabled, locale,
                   default_visibility, default_sensitive, default_language, default_quote_policy, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14))sql"};

void insert_user(db::Tx& tx, const model::User& u) {
  tx.exec(kInsertUser, {u.id, u.account_id, u.email, u.password_hash, static_cast<int>(u.role), u.confirmed_at,
                        u.approved, u.disabled, u.locale, static_cast<int>(u.default_visibility), u.default_sensitive,
                        u.default_language, u.default_quote_policy, u.created_at});
}

const db::Statement kUpdateUser{"users.update", R"sql(
WITH login AS (
  UPDATE users
  SET email = $2, password_hash = $3, role = $4, confirmed_at = $5, approved = $6, disabled = $7, locale = $8,
      default_visibility = $9, default_sensitive = $10, default_language = $11, default_quote_policy = $12
  WHERE id = $1
  RETURNING account_id)
UPDATE accounts SET role = $4 FROM login WHERE accounts.id = login.account_id AND role <> $4)sql"};

void update_user(db::Tx& tx, const model::User& u) {
  tx.exec(kUpdateUser,
          {u.id, u.email, u.password_hash, static_cast<int>(u.role), u.confirmed_at, u.approved, u.disabled, u.locale,
           static_cast<int>(u.default_visibility), u.default_sensitive, u.default_language, u.default_quote_policy});
}

const db::Statement kFindUser{"users.find", "SELECT " DUNLIN_USER_COLUMNS " FROM users u WHERE u.id = $1"};

std::optional<model::User> find_user(db::Tx& tx, UserId id) {
  return first_row(tx.exec(kFindUser, {id}), user_of);
}

const db::Statement kFindUserByAccount{"users.find_by_account",
                                       "SELECT " DUNLIN_USER_COLUMNS " FROM users u WHERE u.account_id = $1"};

std::optional<model::User> find_user_by_account(db::Tx& tx, AccountId id) {
  return first_row(tx.exec(kFindUserByAccount, {id}), user_of);
}

const db::Statement kFindUserByEmail{"users.find_by_email",
                                     "SELECT " DUNLIN_USER_COLUMNS " FROM users u WHERE lower(u.email) = lower($1)"};

std::optional<model::User> find_user_by_email(db::Tx& tx, std::string_view email) {
  return first_row(tx.exec(kFindUserByEmail, {email}), user_of);
}

const db::Statement kFindUserByLogin{"users.find_by_login", "SELECT " DUNLIN_USER_COLUMNS R"sql(
FROM users u
WHERE u.id = (
  SELECT e.id FROM users e WHERE lower(e.email) = lower($1)
  UNION ALL
  SELECT n.id FROM accounts a JOIN users n ON n.account_id = a.id
  WHERE lower(a.username) = lower($1) AND a.domain IS NULL
  LIMIT 1))sql"};

std::optional<model::User> find_user_by_login(db::Tx& tx, std::string_view login) {
  return first_row(tx.exec(kFindUserByLogin, {login}), user_of);
}

const db::Statement kTouchUserActivity{"users.touch_activity", R"sql(
WITH here AS (
  UPDATE users
  SET last_active_on = ($2::timestamptz AT TIME ZONE 'UTC')::date
  WHERE id = $1 AND (last_active_on IS NULL OR last_active_on < ($2::timestamptz AT TIME ZONE 'UTC')::date)
  RETURNING id)
INSERT INTO weekly_logins (week, user_id)
SELECT date_trunc('week', $2::timestamptz AT TIME ZONE 'UTC')::date, id FROM here
ON CONFLICT (week, user_id) DO NOTHING)sql"};

void touch_user_activity(db::Tx& tx, UserId id) {
  tx.exec(kTouchUserActivity, {id, tx.now()});
}

const db::Statement kListLocalAccounts{
    "users.list_local", "SELECT " DUNLIN_ACCOUNT_COLUMNS ", " DUNLIN_USER_COLUMNS " FROM " DUNLIN_ACCOUNT_TABLES R"sql(
JOIN users u ON u.account_id = a.id
WHERE a.domain IS NULL
ORDER BY lower(a.username))sql"};

std::vector<LocalAccountRow> list_local_accounts(db::Tx& tx) {
  return all_rows(tx.exec(kListLocalAccounts), [](const db::Row& row) {
    return LocalAccountRow{.account = read_account(row), .user = read_user(row, kAccountColumns)};
  });
}

}  // namespace dunlin::store
