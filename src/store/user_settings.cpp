#include "dunlin/store/user_settings.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"
#include "dunlin/store/accounts.hpp"

namespace dunlin::store {

// NO KEY: what refers to the account may come and go.
const db::Statement kLockAccount{"accounts.lock", "SELECT 1 FROM accounts WHERE id = $1 FOR NO KEY UPDATE"};

std::optional<model::Account> find_account_to_change(db::Tx& tx, AccountId id) {
  if (tx.exec(kLockAccount, {id}).empty()) return std::nullopt;
  return find_account(tx, id);
}

const db::Statement kSetEmail{"users.set_email", "UPDATE users SET email = $2 WHERE id = $1"};

void set_email(db::Tx& tx, UserId id, std::string_view email) {
  tx.exec(kSetEmail, {id, email});
}

const db::Statement kSetPasswordHash{"users.set_password_hash", "UPDATE users SET password_hash = $2 WHERE id = $1"};

void set_password_hash(db::Tx& tx, UserId id, std::string_view hash) {
  tx.exec(kSetPasswordHash, {id, hash});
}

const db::Statement kRehashPassword{"users.rehash_password",
                                    "UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2"};

void rehash_password(db::Tx& tx, UserId id, std::string_view before, std::string_view after) {
  tx.exec(kRehashPassword, {id, before, after});
}

const db::Statement kSetPostingDefaults{"users.set_posting_defaults", R"sql(
UPDATE users
SET default_visibility = coalesce($2, default_visibility), default_sensitive = coalesce($3, default_sensitive),
    default_quote_policy = coalesce($4, default_quote_policy),
    default_language = CASE WHEN $5::boolean THEN $6 ELSE default_language END
WHERE id = $1)sql"};

void set_posting_defaults(db::Tx& tx, UserId id, const PostingDefaults& d) {
  const auto visibility = d.visibility ? std::optional(static_cast<int>(*d.visibility)) : std::nullopt;
  tx.exec(kSetPostingDefaults, {id, visibility, d.sensitive, d.quote_policy, d.language.has_value(),
                                d.language ? *d.language : std::nullopt});
}

const db::Statement kReadingPreferences{"users.reading_preferences",
                                        "SELECT expand_media, expand_spoilers, autoplay_gifs FROM users WHERE id = $1"};

model::ReadingPreferences get_reading_preferences(db::Tx& tx, UserId id) {
  const auto found = first_row(tx.exec(kReadingPreferences, {id}), [](const db::Row& row) {
    return model::ReadingPreferences{.expand_media = static_cast<model::ExpandMedia>(row.i32(0)),
                                     .expand_spoilers = row.boolean(1),
                                     .autoplay_gifs = row.boolean(2)};
  });
  return found.value_or(model::ReadingPreferences{});
}

const db::Statement kSetReadingPreferences{
    "users.set_reading_preferences",
    "UPDATE users SET expand_media = $2, expand_spoilers = $3, autoplay_gifs = $4 WHERE id = $1"};

void set_reading_preferences(db::Tx& tx, UserId id, const model::ReadingPreferences& p) {
  tx.exec(kSetReadingPreferences, {id, static_cast<int>(p.expand_media), p.expand_spoilers, p.autoplay_gifs});
}

}  // namespace dunlin::store
