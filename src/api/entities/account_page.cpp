#include "dunlin/api/entities/account_page.hpp"

#include "dunlin/api/entities/account.hpp"
#include "dunlin/api/entities/status_cache.hpp"
#include "dunlin/service/shortcodes.hpp"
#include "dunlin/store/accounts.hpp"

#include <algorithm>
#include <utility>

namespace dunlin::api::entities {

namespace {

std::map<AccountId, model::Account> by_id(std::vector<model::Account> accounts) {
  std::map<AccountId, model::Account> map;
  for (auto& account : accounts) {
    const auto id = account.id;
    map.emplace(id, std::move(account));
  }
  return map;
}

std::map<AccountId, model::Account> load_accounts(db::Tx& tx, std::span<const AccountId> ids) {
  if (ids.empty()) return {};
  return by_id(store::list_accounts(tx, ids));
}

}  // namespace

AccountPage::AccountPage(db::Tx& tx, const config::Config& config, std::map<AccountId, model::Account> accounts,
                         AccountFragments rendered)
    : config_(config), emojis_(tx, config), accounts_(std::move(accounts)), kept_(std::move(rendered)) {
  std::vector<AccountId> targets;
  for (const auto& [id, account] : accounts_) {
    if (account.moved_to_id) targets.push_back(*account.moved_to_id);
  }
  moved_ = load_accounts(tx, targets);
  for (const auto* accounts_here : {&accounts_, &moved_}) {
    for (const auto& [id, account] : *accounts_here) {
      if (!account.is_local()) emojis_.expect(emoji_texts_of(account), *account.domain);
    }
  }
}

AccountPage::AccountPage(db::Tx& tx, const config::Config& config, std::span<const AccountId> ids)
    : AccountPage(tx, config, load_accounts(tx, ids)) {}

AccountPage::AccountPage(db::Tx& tx, const config::Config& config, const model::Account& account)
    : AccountPage(tx, config, std::map<AccountId, model::Account>{{account.id, account}}) {}

const model::Account* AccountPage::find(AccountId id) const {
  const auto found = accounts_.find(id);
  return found == accounts_.end() ? nullptr : &found->second;
}

bool AccountPage::contains(AccountId id) const {
  return accounts_.contains(id) || kept_.contains(id);
}

const std::optional<std::string>& AccountPage::domain_of(AccountId id) const {
  const auto* account = find(id);
  return account != nullptr ? account->domain : kept_.at(id)->domain;
}

AccountFragments AccountPage::fragments() {
  AccountFragments fragments;
  for (const auto& [id, account] : accounts_) {
    if (account.moved_to_id) continue;
    const bool has_emojis =
        std::ranges::any_of(emoji_texts_of(account), [](auto text) { return !service::shortcodes_in(text).empty(); });
    fragments.emplace(id, std::make_shared<const AccountFragment>(
                              AccountFragment{.json = json(id), .domain = account.domain, .has_emojis = has_emojis}));
  }
  return fragments;
}

const model::Account* AccountPage::moved_to(const model::Account& account) const {
  if (!account.moved_to_id) return nullptr;
  const auto found = moved_.find(*account.moved_to_id);
  return found == moved_.end() ? nullptr : &found->second;
}

const std::string& AccountPage::json(AccountId id) {
  if (const auto done = rendered_.find(id); done != rendered_.end()) return done->second;
  const auto known = accounts_.find(id);
  if (known == accounts_.end()) return kept_.at(id)->json;
  const auto& account = known->second;
  json::Writer out;
  render_account(out, context(), account, moved_to(account));
  return rendered_.emplace(id, out.take()).first->second;
}

std::string AccountPage::json_array(std::span<const AccountId> ids) {
  json::Writer out;
  out.begin_array();
  for (const auto id : ids) {
    if (contains(id)) out.raw(json(id));
  }
  out.end_array();
  return out.take();
}

}  // namespace dunlin::api::entities
