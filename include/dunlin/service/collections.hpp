#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/collection.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/faults.hpp"
#include "dunlin/service/notifications.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dunlin::service {

/// Absent members stay as they are.
struct CollectionChange {
  std::optional<std::string> name;
  std::optional<std::string> description;
  std::optional<std::string> language;
  std::optional<bool> sensitive;
  std::optional<bool> discoverable;
  std::optional<std::string> tag_name;
};

inline constexpr std::size_t kMaxCollectionItems = 25;
inline constexpr std::int64_t kMaxCollections = 10;  // per account

/// Accounts that somebody recommends (client-api.md 3.15), so far on this server alone: an account of another server
/// cannot be asked whether it may be featured, and so may not.
class CollectionService {
 public:
  CollectionService(Environment& env, NotificationService& notifications) : env_(env), notifications_(notifications) {}

  Faults check(const CollectionChange& change, bool is_new) const;
  /// After check(). Errors: invalid (too many), forbidden (an account may not be featured).
  Result<model::Collection> create(db::Tx& tx, const model::Account& owner, const CollectionChange& change,
                                   std::span<const AccountId> members);
  /// Errors: not_found when the viewer may not see it.
  Result<model::Collection> get(db::Tx& tx, std::optional<AccountId> viewer, model::CollectionId id) const;
  /// Of one's own. Errors: not_found, forbidden.
  Result<model::Collection> get_own(db::Tx& tx, AccountId owner, model::CollectionId id) const;
  /// Those who are in it are told.
  Result<model::Collection> change(db::Tx& tx, AccountId owner, model::CollectionId id, const CollectionChange& change);
  Result<void> remove(db::Tx& tx, AccountId owner, model::CollectionId id);
  /// Errors: not_found, forbidden, invalid (too many, or there already).
  Result<model::CollectionItem> add(db::Tx& tx, const model::Account& owner, model::CollectionId id, AccountId member);
  Result<void> remove_item(db::Tx& tx, AccountId owner, model::CollectionId id, model::CollectionItemId item);
  /// The featured account takes itself out, for good. Errors: not_found, forbidden.
  Result<void> revoke(db::Tx& tx, AccountId member, model::CollectionId id, model::CollectionItemId item);

 private:
  Result<model::CollectionItem> insert(db::Tx& tx, const model::Account& owner, const model::Collection& collection,
                                       AccountId member);
  Environment& env_;
  NotificationService& notifications_;
};

}  // namespace dunlin::service
