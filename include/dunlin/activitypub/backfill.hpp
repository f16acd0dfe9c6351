#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/jobs/job.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/status.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/remote_documents.hpp"
#include "dunlin/service/services.hpp"

#include <string_view>

/// Threads and profiles that somebody opens here are completed by what their origins know (federation.md 4.16): within
/// budgets, every document from its own origin, only what is public, and without telling anybody.
namespace dunlin::activitypub {

/// Fetches one thing. Payload: the id of a backfill item.
inline constexpr jobs::Kind kBackfill{"backfill", jobs::Lane::maintenance};

/// Begins to complete the thread of a status; false: there is nothing to ask, or it was done a while ago.
bool begin_thread(service::Environment& env, db::Tx& tx, const model::Status& opened);
/// A reply that was just stored lacks its parent: fetches that and what it answers in turn, up to the beginning.
bool begin_ancestors(service::Environment& env, db::Tx& tx, const model::Status& reply);
/// The same for a remote account: recent posts and the numbers of its collections.
bool begin_profile(service::Environment& env, db::Tx& tx, const model::Account& account);

/// Begins a profile's. Payload: the account's id.
inline constexpr jobs::Kind kBeginProfile{"begin_profile", jobs::Lane::maintenance};
/// Handles kBeginProfile.
Result<void> run_begin_profile(service::Environment& env, db::Tx& tx, std::string_view payload);

/// Handles kBackfill. Errors: need_remote.
Result<void> run_backfill(service::Environment& env, service::Services& services, db::Tx& tx,
                          service::RemoteDocuments& documents, std::string_view payload);

}  // namespace dunlin::activitypub
