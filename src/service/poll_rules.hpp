#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/config/config.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/poll.hpp"
#include "dunlin/service/environment.hpp"

namespace dunlin::service {

/// The poll of a local draft, checked, blank options left out. Errors: invalid.
Result<model::PollDraft> check_poll(const config::Config& config, model::PollDraft draft);
model::Poll make_poll(Environment& env, StatusId status, const model::PollDraft& checked, Time now);
/// The job at its end, if it has one.
void enqueue_poll_end(const Environment& env, db::Tx& tx, const model::Poll& poll);
/// The same of another server's.
void enqueue_remote_poll_end(const Environment& env, db::Tx& tx, const model::Poll& poll);

}  // namespace dunlin::service
