#include "relation.hpp"

#include "dunlin/store/relationships.hpp"
#include "dunlin/store/shown_accounts.hpp"

#include <array>
#include <utility>

namespace dunlin::service {

Result<model::Account> existing_target(db::Tx& tx, AccountId id) {
  auto target = store::find_shown_account(tx, id);
  if (!target) return fail(Errc::not_found, "Record not found");
  return std::move(*target);
}

model::Relationship relationship(db::Tx& tx, AccountId viewer, AccountId target) {
  const std::array ids{target};
  return store::list_relationships(tx, viewer, ids).at(0);
}

}  // namespace dunlin::service
