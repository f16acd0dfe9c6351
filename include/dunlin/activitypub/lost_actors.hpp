#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/jobs/job.hpp"
#include "dunlin/jobs/queue.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/remote_documents.hpp"
#include "dunlin/service/services.hpp"

#include <string_view>

/// Remote accounts whose own inbox says that nobody is there (federation.md 4.10, 1.8).
namespace dunlin::activitypub {

/// Reads the actor's document; where it is gone a second time, an hour and more later, the account goes as well.
/// Payload: "<account id> first" or "<account id> again".
inline constexpr jobs::Kind kCheckActor{"check_actor", jobs::Lane::maintenance};

/// The personal inbox answered 410 (`gone`) or 404 to a delivery that was just recorded: the first is a reason to look
/// at its owner, and so is every third 404 within a day. Nothing when it is nobody's that is known.
void note_lost_inbox(db::Tx& tx, const jobs::Queue& queue, std::string_view inbox_url, bool gone);

/// Handles kCheckActor.
Result<void> run_check_actor(service::Environment& env, service::Services& services, db::Tx& tx,
                             service::RemoteDocuments& documents, std::string_view payload);

/// It deleted itself, or is gone: its id must never come back as somebody else's.
void remove_remote_account(service::Environment& env, db::Tx& tx, const model::Account& account);

}  // namespace dunlin::activitypub
