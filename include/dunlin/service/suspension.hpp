#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/jobs/job.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/service/environment.hpp"

#include <string_view>

namespace dunlin::service {

/// Refuses everybody who asked to follow an account that is suspended now. Payload: the account's id.
inline constexpr jobs::Kind kRefuseFollowRequests{"refuse_follow_requests", jobs::Lane::feed};

/// A moderator suspends a local account, or no longer: it is hidden here, and its followers' servers are told to do the
/// same. Who asked to follow it is refused, by a job; those who do follow stay, so that a suspension can be lifted.
void suspend_local_account(db::Tx& tx, const Environment& env, model::Account account, bool suspended);

/// Handles kRefuseFollowRequests, in parts.
Result<void> run_refuse_follow_requests(db::Tx& tx, const Environment& env, std::string_view payload);

}  // namespace dunlin::service
