#pragma once

#include "dunlin/api/call.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/http/message.hpp"
#include "dunlin/model/account.hpp"

#include <string>
#include <string_view>

/// What the routes that serve ActivityPub documents share (federation.md 1.6).
namespace dunlin::web {

/// 200 for everybody: may be cached for three minutes.
http::Response public_document(std::string body);
/// 200 for this signer only.
http::Response private_document(std::string body);
/// 410 with a Tombstone.
http::Response tombstone(std::string_view uri);
/// The request asks for a page: sent on to `url`.
http::Response page_instead(std::string_view url);
bool wants_document(const api::Call& call);

/// The local account of the path's :id. Errors: not_found.
Result<model::Account> path_account(const api::Call& call, db::Tx& tx);
/// The same; suspended ones show no collections. Errors: not_found, forbidden.
Result<model::Account> path_account_with_collections(const api::Call& call, db::Tx& tx);
/// The account of the path's :id has been deleted for good. `found`: what path_account() says.
bool is_path_account_deleted(const api::Call& call, db::Tx& tx, const Result<model::Account>& found);

}  // namespace dunlin::web
