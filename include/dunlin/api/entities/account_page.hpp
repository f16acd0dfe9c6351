#pragma once

#include "dunlin/api/entities/emojis.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dunlin::api::entities {

/// The accounts of one answer. Where some have moved, their new accounts cost one statement more. Each is rendered
/// once, however often it stands in the answer. Lives no longer than the Tx.
class AccountPage {
 public:
  AccountPage(db::Tx& tx, const config::Config& config, std::map<AccountId, model::Account> accounts);
  AccountPage(db::Tx& tx, const config::Config& config, std::span<const AccountId> ids);
  AccountPage(db::Tx& tx, const config::Config& config, const model::Account& account);

  /// nullptr when there is no such account.
  [[nodiscard]] const model::Account* find(AccountId id) const;
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
};

}  // namespace dunlin::api::entities
