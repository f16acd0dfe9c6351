#include "dunlin/service/accounts.hpp"

#include "languages.hpp"
#include "local_text.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/crypto/key_pair.hpp"
#include "dunlin/service/federation.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

namespace dunlin::service {

using model::Account;

namespace {

// client-api.md 1.3.
constexpr std::size_t kMaxUsername = 30;
constexpr std::size_t kMaxDisplayName = 30;
constexpr std::size_t kMaxNote = 500;
constexpr std::size_t kMaxFields = 4;
constexpr std::size_t kMaxFieldLength = 255;

// Names that would look like the server itself, or that are paths of ours.
constexpr std::array<std::string_view, 16> kReserved{
    "abuse",     "actor",      "admin", "administrator", "api",    "hostmaster", "inbox",     "mod",
    "moderator", "postmaster", "root",  "security",      "server", "support",    "webmaster", "well_known"};

Result<void> check_length(std::string_view what, std::string_view value, std::size_t limit) {
  if (text::count_graphemes(value) <= limit) return {};
  return fail(Errc::invalid, fmt::format("Validation failed: {} is too long (maximum is {} characters)", what, limit));
}

bool looks_like_email(std::string_view email) {
  const auto at = email.rfind('@');
  return at != std::string_view::npos && at > 0 && email.size() <= 254 &&
         email.find_first_of(" \t\r\n<>,;") == email.npos && normalise_domain(email.substr(at + 1)).has_value();
}

/// A key from the stock, or made now when the stock is empty.
crypto::PrivateKey take_key(db::Tx& tx) {
  if (const auto pem = store::take_spare_key(tx)) {
    if (auto key = crypto::PrivateKey::from_pem(*pem)) return std::move(*key);
  }
  return crypto::PrivateKey::generate_rsa();
}

void insert_rsa_key(db::Tx& tx, const Account& account, const crypto::PrivateKey& key) {
  store::insert_key(tx, {.key_id = uris::main_key(account.uri),
                         .account_id = account.id,
                         .algorithm = model::KeyAlgorithm::rsa,
                         .public_pem = key.public_key().to_pem(),
                         .private_pem = key.to_pem(),
                         .fetched_at = std::nullopt});
}

Result<void> check_fields(const std::vector<ProfileChange::FieldText>& fields) {
  if (fields.size() > kMaxFields) {
    return fail(Errc::invalid, fmt::format("Validation failed: Fields can have at most {} entries", kMaxFields));
  }
  for (const auto& field : fields) {
    TRY_VOID(check_length("Fields", field.name, kMaxFieldLength));
    TRY_VOID(check_length("Fields", field.value, kMaxFieldLength));
  }
  return {};
}

Result<void> check_change(const ProfileChange& change) {
  if (change.display_name) TRY_VOID(check_length("Display name", *change.display_name, kMaxDisplayName));
  if (change.note) TRY_VOID(check_length("Note", *change.note, kMaxNote));
  if (change.fields) TRY_VOID(check_fields(*change.fields));
  return {};
}

/// A verified link stays verified while its text stays the same.
std::optional<Time> keep_verification(const Account& account, std::string_view source) {
  for (const auto& field : account.fields) {
    if (field.source == source) return field.verified_at;
  }
  return std::nullopt;
}

}  // namespace

Result<void> AccountService::check_username(std::string_view username) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  if (username.empty() || !std::ranges::all_of(username, allowed)) {
    return fail(Errc::invalid, "Validation failed: Username must contain only letters, numbers and underscores");
  }
  TRY_VOID(check_length("Username", username, kMaxUsername));
  if (std::ranges::find(kReserved, text::to_lower_ascii(username)) != kReserved.end()) {
    return fail(Errc::invalid, "Validation failed: Username is reserved");
  }
  return {};
}

Result<Account> AccountService::create_local(db::Tx& tx, const NewLocalAccount& wanted,
                                             const std::string& password_hash) {
  TRY_VOID(check_username(wanted.username));
  if (!looks_like_email(wanted.email)) return fail(Errc::invalid, "Validation failed: Email is invalid");
  if (store::find_account_by_handle(tx, wanted.username, std::nullopt)) {
    return fail(Errc::invalid, "Validation failed: Username has already been taken");
  }
  if (store::find_user_by_email(tx, wanted.email)) {
    return fail(Errc::invalid, "Validation failed: Email has already been taken");
  }
  Account account;
  account.id = env_.ids.next<AccountId>();
  account.username = wanted.username;
  account.uri = uris::actor(env_.config, account.id);
  account.url = uris::profile(env_.config, account.username);
  account.inbox_url = account.uri + "/inbox";
  account.shared_inbox_url = uris::shared_inbox(env_.config);
  account.outbox_url = account.uri + "/outbox";
  account.followers_url = account.uri + "/followers";
  account.following_url = account.uri + "/following";
  account.created_at = tx.now();
  account.updated_at = tx.now();
  store::insert_account(tx, account);
  insert_rsa_key(tx, account, take_key(tx));
  store::insert_user(tx, {.id = env_.ids.next<UserId>(),
                          .account_id = account.id,
                          .email = wanted.email,
                          .password_hash = password_hash,
                          .role = wanted.role,
                          .confirmed_at = wanted.confirmed ? std::optional(tx.now()) : std::nullopt,
                          .approved = wanted.approved,
                          .default_language = std::nullopt,
                          .created_at = tx.now()});
  return account;
}

Result<Account> AccountService::update_profile(db::Tx& tx, Account account, model::User user,
                                               const ProfileChange& change) {
  TRY_VOID(check_change(change));
  if (change.display_name) account.display_name = *change.display_name;
  if (change.note) {
    account.note_source = *change.note;
    account.note = TRY(render_local_text(tx, env_, nullptr, *change.note)).html;
  }
  if (change.fields) {
    std::vector<model::ProfileField> fields;
    for (const auto& [name, value] : *change.fields) {
      if (text::trim(name).empty() || text::trim(value).empty()) continue;
      fields.push_back({name, TRY(render_local_field(tx, env_, value)), value, keep_verification(account, value)});
    }
    account.fields = std::move(fields);
  }
  account.locked = change.locked.value_or(account.locked);
  account.discoverable = change.discoverable.value_or(account.discoverable);
  account.indexable = change.indexable.value_or(account.indexable);
  account.hide_collections = change.hide_collections.value_or(account.hide_collections);
  if (change.bot) account.actor_type = *change.bot ? model::ActorType::service : model::ActorType::person;
  account.updated_at = tx.now();
  store::update_account(tx, account);

  if (change.default_visibility || change.default_sensitive || change.default_language) {
    user.default_visibility = change.default_visibility.value_or(user.default_visibility);
    user.default_sensitive = change.default_sensitive.value_or(user.default_sensitive);
    if (change.default_language) user.default_language = normalise_language(*change.default_language);
    store::update_user(tx, user);
  }
  env_.federation.profile_updated(tx, account);
  return account;
}

Account AccountService::ensure_instance_actor(db::Tx& tx) {
  if (auto existing = store::find_account(tx, model::kInstanceActorId)) return std::move(*existing);
  Account account;
  account.id = model::kInstanceActorId;
  account.username = env_.config.server.domain;
  account.uri = uris::instance_actor(env_.config);
  account.url = env_.config.origin() + "/";
  account.actor_type = model::ActorType::application;
  account.locked = true;
  account.inbox_url = account.uri + "/inbox";
  account.shared_inbox_url = uris::shared_inbox(env_.config);
  account.outbox_url = account.uri + "/outbox";
  account.created_at = tx.now();
  account.updated_at = tx.now();
  store::insert_account(tx, account);
  insert_rsa_key(tx, account, crypto::PrivateKey::generate_rsa());
  return account;
}

bool AccountService::top_up_spare_keys(db::Session& session, int wanted) {
  const auto have = session.read([](db::Tx& tx) -> Result<std::int64_t> { return store::count_spare_keys(tx); });
  if (!have || *have >= wanted) return false;
  const std::string pem = crypto::PrivateKey::generate_rsa().to_pem();
  const auto stored = session.write([&](db::Tx& tx) -> Result<void> {
    store::insert_spare_key(tx, env_.ids.next<AccountId>().value, pem);
    return {};
  });
  return stored.has_value();
}

}  // namespace dunlin::service
