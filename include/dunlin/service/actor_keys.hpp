#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"

#include <cstdint>

/// The keys of local actors: RSA for requests, Ed25519 for proofs (FEP-8b32).
namespace dunlin::service {

/// Both keys of a new account; the RSA key from the stock, or made now when that is empty.
void give_keys(db::Tx& tx, const model::Account& account);
/// The key by which a local account proves its documents; made when it is first needed.
model::AccountKey ensure_proof_key(db::Tx& tx, const model::Account& account);

enum class KeyRotation : std::uint8_t {
  planned,  // others hear of the new keys a day before they are used; the old ones stay listed
  leaked    // somebody else may have the old ones: they are gone at once
};
/// Returns from when on the actor's document names the new keys first. Errors: not_found (it has no keys).
Result<Time> rotate_keys(db::Tx& tx, const model::Account& account, KeyRotation how);

}  // namespace dunlin::service
