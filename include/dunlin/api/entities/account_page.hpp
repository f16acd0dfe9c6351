#pragma once

#include "dunlin/api/entities/emojis.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dunlin::api::entities {

struct AccountFragment;
using AccountFragments = std::map<AccountId, std::shared_ptr<const AccountFragment>>;

/// The accounts of one answer. Where some have moved, their new accounts cost one statement more. Each is rendered
/// once, however often it stands in the answer. Lives no longer than the Tx.
class AccountPage {
 public:
  /// `rendered`: further ones, which find() does not know.
  AccountPage(db::Tx& tx, const config::Config& config, std::map<AccountId, model::Account> accounts,
              AccountFragments rendered = {});
  AccountPage(db::Tx& tx, const config::Config& config, std::span<const AccountId> ids);
  AccountPage(db::Tx& tx, const config::Config& config, const model::Account& account);

  /// nullptr when there is no such account.
  [[nodiscard]] const model::Account* find(AccountId id) const;
  [[nodiscard]] bool contains(AccountId id) const;
  /// Of one that is there; nullopt: local.
  [[nodiscard]] const std::optional<std::string>& domain_of(AccountId id) const;
  /// Those that were not rendered and may be kept: what they show belongs to them alone.
  AccountFragments fragments();
  /// Where the account has moved to, when that is known here.
  [[nodiscard]] const model::Account* moved_to(const model::Account& account) const;
  /// The account as JSON; it must be there.
  const std::string& json(AccountId id);
  /// A JSON array of those that are there, in this order.
  std::string json_array(std::span<const AccountId> ids);

  [[nodiscard]] EntityContext context() { return {config_, emojis_}; }

 private:
  const config::Config& config_;
  EmojiLookup emojis_;
  std::map<AccountId, model::Account> accounts_;
  std::map<AccountId, model::Account> moved_;
  std::map<AccountId, std::string> rendered_;
  AccountFragments kept_;
};

}  // namespace dunlin::api::entities
