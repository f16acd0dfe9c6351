#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/oauth.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::store {

std::optional<model::Account> find_account(db::Tx& tx, AccountId id);
std::optional<model::Account> find_account_by_uri(db::Tx& tx, std::string_view uri);
/// By the profile page's address, which counts only on the host of its uri (or by the uri).
std::optional<model::Account> find_account_by_url(db::Tx& tx, std::string_view url);
/// Case-insensitive; domain nullopt = local. Never the instance actor.
std::optional<model::Account> find_account_by_handle(db::Tx& tx, std::string_view username,
                                                     const std::optional<std::string>& domain);
/// The local account of this name, even if it is not let in yet or on its way out.
std::optional<model::Account> find_username_holder(db::Tx& tx, std::string_view username);
/// Any order; unknown ids are left out.
std::vector<model::Account> list_accounts(db::Tx& tx, std::span<const AccountId> ids);
/// Several uris at once, any order.
std::vector<model::Account> list_accounts_by_uri(db::Tx& tx, std::span<const std::string> uris);

/// With its stats row. Throws db::UniqueViolation when the handle or uri is taken.
void insert_account(db::Tx& tx, const model::Account& account);
/// Everything that an actor document or a profile form can change; not id, uri, domain, created_at, suspension.
void update_account(db::Tx& tx, const model::Account& account);
/// A remote handle moved to another actor: the old holder loses its claim.
void unverify_handle(db::Tx& tx, AccountId id);
void set_suspended(db::Tx& tx, AccountId id, bool suspended);
/// The row and, by foreign keys, all that belongs to it.
void delete_account(db::Tx& tx, AccountId id);
/// Up to `limit` accounts whose username, handle or display name begins with `query` (lower case, without '@'), or
/// whose display name has its words; those that `viewer` follows first. domain restricts to one server.
std::vector<model::Account> search_accounts(db::Tx& tx, std::optional<AccountId> viewer, std::string_view query,
                                            const std::optional<std::string>& domain, int limit, int offset,
                                            bool following_only);
void touch_instance(db::Tx& tx, std::string_view domain);
/// The shared inbox of a server, or that of somebody on it.
std::optional<std::string> find_inbox_of_domain(db::Tx& tx, std::string_view domain);
/// The fields of a profile alone.
void update_fields(db::Tx& tx, AccountId id, const std::vector<model::ProfileField>& fields);

void insert_key(db::Tx& tx, const model::AccountKey& key);
std::optional<model::AccountKey> find_key(db::Tx& tx, std::string_view key_id);
/// A new main key signs only a while after the actor shows it: the news of it is signed by the old one. Shorter than
/// refused deliveries are repeated (jobs/retry.cpp), as who has read the news refuses the old one.
inline constexpr std::chrono::minutes kMainKeySignsAfter{1};
/// The key, with its private half, by which a local account (or the instance actor) signs now.
std::optional<model::AccountKey> find_signing_key(db::Tx& tx, AccountId id,
                                                  model::KeyAlgorithm algorithm = model::KeyAlgorithm::rsa);
/// Local keys that a rotated one has taken the place of before then.
void purge_replaced_keys(db::Tx& tx, Time before);
/// All private keys of the account but these.
void delete_other_keys(db::Tx& tx, AccountId id, std::span<const std::string> kept);
/// The main ones of today first.
std::vector<model::AccountKey> list_keys(db::Tx& tx, AccountId id);
/// Replaces all keys of a remote account by these. A key id that another account holds is left out.
void replace_keys(db::Tx& tx, AccountId id, std::span<const model::AccountKey> keys);

struct PrivateKeyRow {
  std::string key_id;
  std::string private_pem;
};
/// Of local accounts, by key id, after this one.
std::vector<PrivateKeyRow> list_private_keys(db::Tx& tx, std::string_view after, int limit);
void set_private_key(db::Tx& tx, std::string_view key_id, std::string_view private_pem);

void insert_spare_key(db::Tx& tx, std::int64_t id, std::string_view private_pem);
std::optional<std::string> take_spare_key(db::Tx& tx);
std::int64_t count_spare_keys(db::Tx& tx);
void delete_spare_keys(db::Tx& tx);

void insert_user(db::Tx& tx, const model::User& user);
void update_user(db::Tx& tx, const model::User& user);
std::optional<model::User> find_user(db::Tx& tx, UserId id);
std::optional<model::User> find_user_by_account(db::Tx& tx, AccountId id);
/// Case-insensitive.
std::optional<model::User> find_user_by_email(db::Tx& tx, std::string_view email);
/// By email or local username: what people type into a sign-in form.
std::optional<model::User> find_user_by_login(db::Tx& tx, std::string_view login);
/// At most one write a day.
void touch_user_activity(db::Tx& tx, UserId id);

struct LocalAccountRow {
  model::Account account;
  model::User user;
};
/// For the command line: local accounts by username.
std::vector<LocalAccountRow> list_local_accounts(db::Tx& tx);

}  // namespace dunlin::store
