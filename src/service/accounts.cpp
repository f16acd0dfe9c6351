#include "dunlin/service/accounts.hpp"

#include "languages.hpp"
#include "local_text.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/crypto/key_pair.hpp"
#include "dunlin/service/events.hpp"
#include "dunlin/service/federation.hpp"
#include "dunlin/service/profile_links.hpp"
#include "dunlin/service/relationships.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/account_deletion.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/user_settings.hpp"

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
constexpr std::size_t kMaxDescription = 150;  // of a picture
constexpr std::size_t kMaxDomains = 100;
constexpr std::array<std::string_view, 3> kQuotePolicies{"public", "followers", "nobody"};

// Names that would look like the server itself, or that are paths of ours.
constexpr std::array<std::string_view, 16> kReserved{
    "abuse",     "actor",      "admin", "administrator", "api",    "hostmaster", "inbox",     "mod",
    "moderator", "postmaster", "root",  "security",      "server", "support",    "webmaster", "well_known"};

void check_length(std::string_view field, std::string_view label, std::string_view value, std::size_t most,
                  Faults& faults) {
  if (text::count_graphemes(value) <= most) return;
  faults.add(field, label, "ERR_TOO_LONG", fmt::format("is too long (maximum is {} characters)", most));
}

void check_fields(const std::vector<ProfileChange::FieldText>& fields, Faults& faults) {
  if (fields.size() > kMaxFields) {
    faults.add("fields", "Fields", "ERR_TOO_LONG", fmt::format("can have at most {} entries", kMaxFields));
  }
  for (const auto& field : fields) {
    check_length("fields", "Fields", field.name, kMaxFieldLength, faults);
    check_length("fields", "Fields", field.value, kMaxFieldLength, faults);
  }
}

void check_domains(const std::vector<std::string>& domains, Faults& faults) {
  if (domains.size() > kMaxDomains) {
    faults.add("attribution_domains", "Attribution domains", "ERR_TOO_LONG",
               fmt::format("can have at most {} entries", kMaxDomains));
  }
  for (const auto& domain : domains) {
    if (!text::trim(domain).empty() && !normalise_domain(text::trim(domain))) {
      return faults.add("attribution_domains", "Attribution domains", "ERR_INVALID", "is invalid");
    }
  }
}

std::vector<std::string> normal_domains(const std::vector<std::string>& domains) {
  std::vector<std::string> normal;
  for (const auto& domain : domains) {
    const auto name = normalise_domain(text::trim(domain));
    if (name && std::ranges::find(normal, *name) == normal.end()) normal.push_back(*name);
  }
  return normal;
}

/// A verified link stays verified while its text stays the same.
std::optional<Time> keep_verification(const Account& account, std::string_view source) {
  for (const auto& field : account.fields) {
    if (field.source == source) return field.verified_at;
  }
  return std::nullopt;
}

}  // namespace

bool AccountService::is_email(std::string_view email) {
  const auto at = email.rfind('@');
  return at != std::string_view::npos && at > 0 && email.size() <= 254 && email.find('@') == at &&
         std::ranges::none_of(email, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; }) &&
         email.find_first_of("<>,;\"\\") == std::string_view::npos &&
         normalise_domain(email.substr(at + 1)).has_value();
}

std::optional<AccountService::UsernameFault> AccountService::username_fault(std::string_view username) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  if (username.empty() || !std::ranges::all_of(username, allowed)) {
    return UsernameFault{"ERR_INVALID", "must contain only letters, numbers and underscores"};
  }
  if (username.size() > kMaxUsername) {
    return UsernameFault{"ERR_TOO_LONG", fmt::format("is too long (maximum is {} characters)", kMaxUsername)};
  }
  if (std::ranges::find(kReserved, text::to_lower_ascii(username)) != kReserved.end()) {
    return UsernameFault{"ERR_RESERVED", "is reserved"};
  }
  return std::nullopt;
}

Result<Account> AccountService::create_local(db::Tx& tx, const NewLocalAccount& wanted,
                                             const std::string& password_hash) {
  if (const auto fault = username_fault(wanted.username)) {
    return fail(Errc::invalid, "Validation failed: Username " + fault->description);
  }
  if (!is_email(wanted.email)) return fail(Errc::invalid, "Validation failed: Email is invalid");
  if (store::find_username_holder(tx, wanted.username) || store::is_deleted_username(tx, wanted.username)) {
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
  give_keys(env_.config, tx, account);
  store::insert_user(tx, {.id = env_.ids.next<UserId>(),
                          .account_id = account.id,
                          .email = wanted.email,
                          .password_hash = password_hash,
                          .role = wanted.role,
                          .confirmed_at = wanted.confirmed ? std::optional(tx.now()) : std::nullopt,
                          .approved = wanted.approved,
                          .locale = wanted.locale,
                          .default_language = std::nullopt,
                          .created_at = tx.now()});
  return account;
}

Faults AccountService::check(const ProfileChange& change) {
  Faults faults;
  if (change.display_name) check_length("display_name", "Display name", *change.display_name, kMaxDisplayName, faults);
  if (change.note) check_length("note", "Note", *change.note, kMaxNote, faults);
  if (change.fields) check_fields(*change.fields, faults);
  if (change.avatar_description) {
    check_length("avatar_description", "Avatar description", *change.avatar_description, kMaxDescription, faults);
  }
  if (change.header_description) {
    check_length("header_description", "Header description", *change.header_description, kMaxDescription, faults);
  }
  if (change.attribution_domains) check_domains(*change.attribution_domains, faults);
  const auto& policy = change.default_quote_policy;
  if (policy && std::ranges::find(kQuotePolicies, *policy) == kQuotePolicies.end()) {
    faults.add("quote_policy", "Default quote policy", "ERR_INCLUSION", "is not included in the list");
  }
  return faults;
}

Result<Account> AccountService::update_profile(db::Tx& tx, Account account, UserId user, const ProfileChange& change) {
  if (const auto faults = check(change); !faults.empty()) return fail(Errc::invalid, faults.message());
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
  const bool unlocks = account.locked && !change.locked.value_or(true);
  account.locked = change.locked.value_or(account.locked);
  account.discoverable = change.discoverable.value_or(account.discoverable);
  account.indexable = change.indexable.value_or(account.indexable);
  account.hide_collections = change.hide_collections.value_or(account.hide_collections);
  account.avatar_description = change.avatar_description.value_or(account.avatar_description);
  account.header_description = change.header_description.value_or(account.header_description);
  if (change.attribution_domains) account.attribution_domains = normal_domains(*change.attribution_domains);
  account.show_media = change.show_media.value_or(account.show_media);
  account.show_media_replies = change.show_media_replies.value_or(account.show_media_replies);
  account.show_featured = change.show_featured.value_or(account.show_featured);
  if (change.bot) account.actor_type = *change.bot ? model::ActorType::service : model::ActorType::person;
  account.updated_at = tx.now();
  store::update_account(tx, account);

  if (change.default_visibility || change.default_sensitive || change.default_language || change.default_quote_policy) {
    TRY_VOID(set_posting_defaults(tx, user, change));
  }
  if (change.fields) enqueue_link_verification(tx, env_, account);
  if (unlocks) env_.queue.enqueue(tx, {.kind = kAcceptFollowRequests, .payload = account.id.str()});
  env_.federation.profile_updated(tx, account);
  env_.events.tell(tx, events::AccountChanged{account.id});
  return account;
}

Result<void> AccountService::set_posting_defaults(db::Tx& tx, UserId user, const ProfileChange& change) {
  if (const auto faults = check(change); !faults.empty()) return fail(Errc::invalid, faults.message());
  store::PostingDefaults defaults{.visibility = change.default_visibility,
                                  .sensitive = change.default_sensitive,
                                  .quote_policy = change.default_quote_policy};
  if (change.default_language) defaults.language = normalise_language(*change.default_language);
  store::set_posting_defaults(tx, user, defaults);
  return {};
}

Result<void> AccountService::rotate_keys(db::Tx& tx, const Account& account, KeyRotation how) {
  const Time from = TRY(service::rotate_keys(env_.config, tx, account, how));
  env_.federation.keys_rotated(tx, account, from);
  return {};
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
  give_keys(env_.config, tx, account);
  return account;
}

bool AccountService::top_up_spare_keys(db::Session& session, int wanted) {
  const auto have = session.read([](db::Tx& tx) -> Result<std::int64_t> { return store::count_spare_keys(tx); });
  if (!have || *have >= wanted) return false;
  const std::string pem = stored_key(env_.config, crypto::PrivateKey::generate_rsa());
  const auto stored = session.write([&](db::Tx& tx) -> Result<void> {
    store::insert_spare_key(tx, env_.ids.next<AccountId>().value, pem);
    return {};
  });
  return stored.has_value();
}

}  // namespace dunlin::service
