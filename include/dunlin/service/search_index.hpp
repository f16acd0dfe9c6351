#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/jobs/job.hpp"
#include "dunlin/jobs/queue.hpp"
#include "dunlin/model/status.hpp"

namespace dunlin::service {

/// Makes a status findable by its text, its poll's options and its media's descriptions, as they are stored: part of
/// the transaction that stores or edits them.
void index_status(db::Tx& tx, const model::Status& status);

/// Reads older statuses in and lets statuses follow authors who have changed their mind; goes on as long as there is
/// work, and looks again after some minutes. No payload.
inline constexpr jobs::Kind kSearchIndex{"search_index", jobs::Lane::maintenance};
Result<void> run_search_index(db::Tx& tx, const jobs::Queue& queue);
/// At the start of the program.
void start_search_index(db::Tx& tx, const jobs::Queue& queue);

}  // namespace dunlin::service
