#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/jobs/job.hpp"
#include "dunlin/model/oauth.hpp"
#include "dunlin/service/environment.hpp"

#include <string>
#include <string_view>
#include <vector>

/// What many people use at the moment: counted and judged by a job that enqueues itself again.
namespace dunlin::service {

/// Payload: "" = today; "week" = all days of the history as well, once (at start).
inline constexpr jobs::Kind kTrends{"trends", jobs::Lane::maintenance};

/// The languages that a reader is offered first: of the user (nullptr: nobody), else of the browser.
std::vector<std::string> reading_languages(const model::User* user, std::string_view accept_language);

/// At start: makes sure that the job waits. Nothing when trends are off.
void start_trends(Environment& env, db::Tx& tx);
/// Handles kTrends.
Result<void> run_trends(Environment& env, db::Tx& tx, std::string_view payload);

}  // namespace dunlin::service
