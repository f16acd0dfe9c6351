#include "dunlin/service/aliases.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/service/events.hpp"
#include "dunlin/service/federation.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/account_moves.hpp"
#include "dunlin/store/shown_accounts.hpp"
#include "dunlin/store/user_settings.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace dunlin::service {

using model::Account;

namespace {

std::unexpected<Error> refused(std::string_view why) {
  return fail(Errc::invalid, "Validation failed: " + std::string(why));
}

/// Errors: need_remote, and others for what is not found.
Result<Account> resolve(Environment& env, db::Tx& tx, RemoteDocuments& documents, std::string_view name) {
  if (Url::parse(name)) {
    if (uris::is_own_url(env.config, name)) {
      const auto id = uris::parse_actor(env.config, name);
      const auto username = uris::parse_profile(env.config, name);
      auto own = id         ? store::find_shown_account(tx, *id)
                 : username ? store::find_shown_account_by_handle(tx, *username, std::nullopt)
                            : std::nullopt;
      if (own) return *std::move(own);
      return refused("Alias could not be found");
    }
    auto found = TRY(env.federation.resolve_url(tx, documents, name));
    if (found.account) return *std::move(found.account);
    return refused("Alias could not be found");
  }
  if (name.starts_with('@')) name.remove_prefix(1);
  const auto at = name.find('@');
  const auto domain = at == std::string_view::npos ? std::nullopt : normalise_domain(name.substr(at + 1));
  if (name.empty() || (at != std::string_view::npos && !domain)) return refused("Alias is invalid");
  if (domain && !uris::is_own_domain(env.config, *domain)) {
    return env.federation.resolve_handle(tx, documents, name.substr(0, at), *domain);
  }
  if (auto own = store::find_shown_account_by_handle(tx, name.substr(0, at), std::nullopt)) return *std::move(own);
  return refused("Alias could not be found");
}

/// Errors: need_remote, invalid.
Result<std::string> find_uri(Environment& env, db::Tx& tx, RemoteDocuments& documents, AccountId who,
                             std::string_view name) {
  const auto found = resolve(env, tx, documents, text::trim(name));
  if (!found) {
    const auto code = found.error().code;
    if (code == Errc::need_remote || code == Errc::invalid) return std::unexpected(found.error());
    return refused("Alias could not be found");
  }
  if (found->id == who) return refused("Alias cannot be the account itself");
  return found->uri;
}

Result<Account> get_own(db::Tx& tx, AccountId who) {
  auto account = store::find_account_to_change(tx, who);
  if (!account) return fail(Errc::not_found, "Record not found");
  return *std::move(account);
}

Result<Account> save(Environment& env, db::Tx& tx, Account account, std::vector<std::string> uris) {
  if (uris.size() > kMaxAliases) return refused(fmt::format("Aliases can be at most {}", kMaxAliases));
  if (uris == account.also_known_as) return account;
  account.also_known_as = std::move(uris);
  account.updated_at = tx.now();
  store::set_also_known_as(tx, account.id, account.also_known_as);
  env.federation.profile_updated(tx, account);
  env.events.tell(tx, events::AccountChanged{account.id});
  return account;
}

void add_once(std::vector<std::string>& uris, std::string uri) {
  if (std::ranges::find(uris, uri) == uris.end()) uris.push_back(std::move(uri));
}

}  // namespace

Result<Account> add_alias(Environment& env, db::Tx& tx, RemoteDocuments& documents, AccountId who,
                          std::string_view name) {
  auto uri = TRY(find_uri(env, tx, documents, who, name));
  auto account = TRY(get_own(tx, who));
  auto uris = account.also_known_as;
  add_once(uris, std::move(uri));
  return save(env, tx, std::move(account), std::move(uris));
}

Result<Account> remove_alias(Environment& env, db::Tx& tx, RemoteDocuments& documents, AccountId who,
                             std::string_view name) {
  auto account = TRY(get_own(tx, who));
  auto uris = account.also_known_as;
  std::string uri(text::trim(name));
  if (std::ranges::find(uris, uri) == uris.end()) uri = TRY(find_uri(env, tx, documents, who, name));
  std::erase(uris, uri);
  return save(env, tx, std::move(account), std::move(uris));
}

Result<Account> set_aliases(Environment& env, db::Tx& tx, RemoteDocuments& documents, AccountId who,
                            std::span<const std::string> names) {
  if (names.size() > kMaxAliases) return refused(fmt::format("Aliases can be at most {}", kMaxAliases));
  auto account = TRY(get_own(tx, who));
  std::vector<std::string> uris;
  for (const auto& name : names) {
    if (text::trim(name).empty()) continue;
    const bool known = std::ranges::find(account.also_known_as, name) != account.also_known_as.end();
    add_once(uris, known ? name : TRY(find_uri(env, tx, documents, who, name)));
  }
  return save(env, tx, std::move(account), std::move(uris));
}

}  // namespace dunlin::service
