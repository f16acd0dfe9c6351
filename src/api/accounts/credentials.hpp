#pragma once

#include "dunlin/api/call.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/oauth.hpp"

namespace dunlin::api {

/// CredentialAccount: one's own account as answer.
http::Response credentials(Call& call, db::Tx& tx, const model::Account& account, const model::User& user);

}  // namespace dunlin::api
