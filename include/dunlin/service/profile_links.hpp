#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/jobs/job.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/remote_documents.hpp"

#include <string_view>

/// A link in a profile field is its owner's when the page behind it links back with rel=me.
namespace dunlin::service {

/// Payload: the account's id.
inline constexpr jobs::Kind kVerifyLinks{"verify_links", jobs::Lane::feed};

/// If a field holds a link that is not verified.
void enqueue_link_verification(db::Tx& tx, const Environment& env, const model::Account& account);
/// Handles kVerifyLinks. Pages that cannot be had leave their field unverified. Errors: need_remote.
Result<void> run_verify_links(db::Tx& tx, const Environment& env, RemoteDocuments& documents, std::string_view payload);

}  // namespace dunlin::service
