#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/remote_documents.hpp"

#include <span>
#include <string>
#include <string_view>

/// Other accounts of the same person (`alsoKnownAs`): one may move here that is named so (FEP-7628).
namespace dunlin::service {

inline constexpr std::size_t kMaxAliases = 20;

/// `name`: a handle or the address of an account. Errors: invalid (unknown, oneself, too many), need_remote.
Result<model::Account> add_alias(Environment& env, db::Tx& tx, RemoteDocuments& documents, AccountId who,
                                 std::string_view name);
/// Also when it cannot be found any more, by its id. Errors: as above.
Result<model::Account> remove_alias(Environment& env, db::Tx& tx, RemoteDocuments& documents, AccountId who,
                                    std::string_view name);
/// These and no others.
Result<model::Account> set_aliases(Environment& env, db::Tx& tx, RemoteDocuments& documents, AccountId who,
                                   std::span<const std::string> names);

}  // namespace dunlin::service
