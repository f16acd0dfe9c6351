#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/jobs/job.hpp"
#include "dunlin/model/quote.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/remote_documents.hpp"
#include "dunlin/service/services.hpp"

#include <string_view>

/// The jobs of this layer. A handler runs in one write transaction, any number of times. Errors: need_remote (fetch and
/// run again), remote_failed and conflict (try later); others are final.
namespace dunlin::activitypub {

/// Tells the followers and others of something that a local account did. Payload: distribute.cpp.
inline constexpr jobs::Kind kDistribute{"distribute", jobs::Lane::deliver};

/// Asks whether something that others said was deleted is still at its origin. Payload: its uri, and
/// " again" when it was not there the first time.
inline constexpr jobs::Kind kCheckDeletion{"check_deletion", jobs::Lane::ingress};
Result<void> run_check_deletion(service::Environment& env, service::Services& services, db::Tx& tx,
                                service::RemoteDocuments& documents, std::string_view payload);

/// Looks again at the authorization of a quote. Payload: the quote's id.
inline constexpr jobs::Kind kRecheckQuote{"recheck_quote", jobs::Lane::crawl};

/// Handles jobs::kProcessActivity.
Result<void> run_process_activity(service::Environment& env, service::Services& services, db::Tx& tx,
                                  service::RemoteDocuments& documents, std::string_view payload);
/// The last attempt of kProcessActivity failed: leaves a verdict. `error`: why.
void give_up_activity(db::Tx& tx, std::string_view payload, const Error& error);
/// Handles kDistribute.
Result<void> run_distribute(service::Environment& env, db::Tx& tx, std::string_view payload);
/// Accepted by another server, and not looked at for a week.
bool is_recheck_due(const config::Config& config, const model::Quote& quote, Time now);
/// Handles kRecheckQuote.
Result<void> run_recheck_quote(service::Environment& env, service::Services& services, db::Tx& tx,
                               service::RemoteDocuments& documents, std::string_view payload);

}  // namespace dunlin::activitypub
