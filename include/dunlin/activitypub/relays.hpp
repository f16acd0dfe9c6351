#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/jobs/job.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/relay.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/remote_documents.hpp"
#include "dunlin/service/services.hpp"

#include <string>
#include <string_view>

/// Relays (federation.md 2.12, FEP-ae0c): the instance actor subscribes, public posts go there, and what comes from
/// there is fetched from its origin, shown in public timelines and announced to nobody.
namespace dunlin::activitypub {

/// Asks a relay. Payload: its id.
inline constexpr jobs::Kind kAskRelay{"ask_relay", jobs::Lane::maintenance};

/// Enqueues the question. Errors: invalid (no https URL; there already).
Result<model::Relay> add_relay(service::Environment& env, db::Tx& tx, std::string_view url, model::RelayStyle style);
/// Errors: not_found.
Result<void> remove_relay(service::Environment& env, db::Tx& tx, std::string_view url);
/// Handles kAskRelay.
Result<void> run_ask_relay(service::Environment& env, service::Services& services, db::Tx& tx,
                           service::RemoteDocuments& documents, std::string_view payload);

/// The account speaks for a relay that has accepted our subscription.
bool is_relay(db::Tx& tx, const model::Account& account);
/// It is one that we have asked, as an actor, to let us follow it.
bool is_asked_relay(db::Tx& tx, const model::Account& account);

}  // namespace dunlin::activitypub
