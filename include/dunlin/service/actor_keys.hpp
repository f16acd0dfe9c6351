#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/config/config.hpp"
#include "dunlin/crypto/key_pair.hpp"
#include "dunlin/crypto/secret_box.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"

#include <cstdint>
#include <optional>
#include <string>

/// The keys of local actors: RSA for requests, Ed25519 for proofs (FEP-8b32).
namespace dunlin::service {

/// Opens and seals private keys, when the configuration has a secret for that.
std::optional<crypto::SecretBox> key_box(const config::Config& config);
/// The key as it is stored.
std::string stored_key(const config::Config& config, const crypto::PrivateKey& key);

/// Both keys of a new account; the RSA key from the stock, or made now when that is empty.
void give_keys(const config::Config& config, db::Tx& tx, const model::Account& account);
/// The key by which a local account proves its documents; made when it is first needed.
model::AccountKey ensure_proof_key(const config::Config& config, db::Tx& tx, const model::Account& account);

enum class KeyRotation : std::uint8_t {
  planned,  // others hear of the new keys a day before they are used; the old ones stay listed
  leaked    // somebody else may have the old ones: they are gone at once
};
/// Returns from when on the actor's document names the new keys first. Errors: not_found (it has no keys).
Result<Time> rotate_keys(const config::Config& config, db::Tx& tx, const model::Account& account, KeyRotation how);

/// Encrypts all stored private keys that are not (`seal`), or the other way round. Returns how many were changed.
/// Errors: invalid (no secret, or one is sealed with another), conflict (`seal` is false and a server runs: it would go
/// on to seal the keys of those who sign up).
Result<std::int64_t> reseal_keys(const config::Config& config, db::Tx& tx, bool seal);

}  // namespace dunlin::service
