#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/jobs/job.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/remote_documents.hpp"
#include "dunlin/service/services.hpp"

#include <string_view>

/// Accounts that move to another server (FEP-7628): both ends must name each other in documents read from their own
/// origins.
namespace dunlin::activitypub {

/// Lets local followers of one account follow another. Payload: "<from> <to> <last follow id done>".
inline constexpr jobs::Kind kMoveFollowers{"move_followers", jobs::Lane::maintenance};
/// What an account's owner or admin asked for. Payload: "<account id> alias|unalias|migrate <handle or actor id>".
inline constexpr jobs::Kind kMoveAccount{"move_account", jobs::Lane::maintenance};

/// `from`, a remote account, moved less than a week ago.
bool has_moved_lately(db::Tx& tx, const model::Account& from);
/// `from`, a remote account, has moved to `to`: proven by the caller. false: it moved less than a week ago.
bool receive_move(service::Environment& env, db::Tx& tx, const model::Account& from, const model::Account& to);

/// Handles kMoveFollowers.
Result<void> run_move_followers(service::Environment& env, service::Services& services, db::Tx& tx,
                                std::string_view payload);
/// Handles kMoveAccount. A local account may move once in 30 days, to an account that names it as an alias.
Result<void> run_move_account(service::Environment& env, service::Services& services, db::Tx& tx,
                              service::RemoteDocuments& documents, std::string_view payload);

}  // namespace dunlin::activitypub
