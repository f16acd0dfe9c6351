#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/jobs/job.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/service/environment.hpp"

#include <string_view>

/// Deleting an account for good. Closing it takes one transaction, after which nobody can sign in and nothing of it is
/// shown; telling others and erasing what it wrote are jobs, each small, so that a stop in between loses nothing.
namespace dunlin::service {

/// Payload: "announce <account id>", then "erase <account id>" until nothing is left.
inline constexpr jobs::Kind kDeleteAccount{"delete_account", jobs::Lane::maintenance};

/// Again is fine.
void delete_local_account(db::Tx& tx, const Environment& env, const model::Account& account);
/// Its owner, or its server, has deleted it: its id must never come back as somebody else's. What wrote much is hidden
/// at once and erased by the job.
void delete_remote_account(db::Tx& tx, const Environment& env, const model::Account& account);
/// Handles kDeleteAccount.
Result<void> run_delete_account(db::Tx& tx, const Environment& env, std::string_view payload);

}  // namespace dunlin::service
