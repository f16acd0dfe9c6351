#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/list.hpp"
#include "dunlin/model/page.hpp"
#include "dunlin/service/environment.hpp"

#include <optional>
#include <span>
#include <string>

namespace dunlin::service {

/// Absent members stay as they are.
struct ListChange {
  std::optional<std::string> title{};
  std::optional<model::RepliesPolicy> replies_policy{};
  std::optional<bool> exclusive{};
};

/// A user's lists of accounts. Another one's list is not_found.
class ListService {
 public:
  explicit ListService(Environment& env) : env_(env) {}

  Result<model::List> get(db::Tx& tx, AccountId owner, model::ListId id);
  /// Errors: invalid (no title or one of more than 256 characters, more than 50 lists).
  Result<model::List> create(db::Tx& tx, AccountId owner, const ListChange& wanted);
  Result<model::List> change(db::Tx& tx, AccountId owner, model::ListId id, const ListChange& change);
  Result<void> remove(db::Tx& tx, AccountId owner, model::ListId id);

  /// All or none. Errors: not_found (unknown accounts, and those that the owner neither follows nor has asked to),
  /// invalid (a member already).
  Result<void> add(db::Tx& tx, AccountId owner, model::ListId id, std::span<const AccountId> accounts);
  /// Who is no member does not matter.
  Result<void> take_out(db::Tx& tx, AccountId owner, model::ListId id, std::span<const AccountId> accounts);
  /// Every list of the owner's that has the one has the other as well.
  void put_beside(db::Tx& tx, AccountId owner, AccountId member, AccountId other);

 private:
  Environment& env_;
};

}  // namespace dunlin::service
