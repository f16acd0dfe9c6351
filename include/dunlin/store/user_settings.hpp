#pragma once

#include "dunlin/base/id.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/reading_preferences.hpp"
#include "dunlin/model/status.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Parts of a login and of its account, each changed by itself. Who writes a whole row back that he has read a while
/// ago undoes what others changed since: a freeze, say, or a new password.
namespace dunlin::store {

/// Nobody else changes the row until the transaction ends.
std::optional<model::Account> find_account_to_change(db::Tx& tx, AccountId id);

void set_email(db::Tx& tx, UserId id, std::string_view email);
void set_password_hash(db::Tx& tx, UserId id, std::string_view hash);
/// The same password under another hash; nothing when it is not the password any more.
void rehash_password(db::Tx& tx, UserId id, std::string_view before, std::string_view after);

/// Absent members stay as they are.
struct PostingDefaults {
  std::optional<model::Visibility> visibility{};
  std::optional<bool> sensitive{};
  std::optional<std::string> quote_policy{};
  std::optional<std::optional<std::string>> language{};  // nullopt inside: that of the user's locale
};
void set_posting_defaults(db::Tx& tx, UserId id, const PostingDefaults& defaults);

model::ReadingPreferences get_reading_preferences(db::Tx& tx, UserId id);
void set_reading_preferences(db::Tx& tx, UserId id, const model::ReadingPreferences& preferences);

}  // namespace dunlin::store
