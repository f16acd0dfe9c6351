#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"

namespace dunlin::service {

/// The Ed25519 key by which a local account proves its documents (FEP-8b32); made when it is first needed.
model::AccountKey ensure_proof_key(db::Tx& tx, const model::Account& account);

}  // namespace dunlin::service
