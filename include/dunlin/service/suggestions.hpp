#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/jobs/job.hpp"
#include "dunlin/model/suggestion.hpp"
#include "dunlin/service/environment.hpp"

#include <vector>

/// Whom to follow (client-api.md 3.2).
namespace dunlin::service {

/// Four statements, whatever `limit`.
std::vector<model::Suggestion> suggest_accounts(db::Tx& tx, AccountId who, int limit, int offset);

/// Finds the popular accounts anew, and enqueues itself again; no payload.
inline constexpr jobs::Kind kRecommend{"recommend", jobs::Lane::maintenance};
/// At start: makes sure that one such job waits.
void start_recommending(Environment& env, db::Tx& tx);
Result<void> run_recommend(Environment& env, db::Tx& tx);

}  // namespace dunlin::service
