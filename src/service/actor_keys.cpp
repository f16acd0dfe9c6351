#include "dunlin/service/actor_keys.hpp"

#include "dunlin/crypto/key_pair.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"

#include <string>

namespace dunlin::service {

namespace {

model::AccountKey make(const model::Account& account, std::string key_id, model::KeyAlgorithm algorithm,
                       const crypto::PrivateKey& key) {
  return {.key_id = std::move(key_id),
          .account_id = account.id,
          .algorithm = algorithm,
          .public_pem = key.public_key().to_pem(),
          .private_pem = key.to_pem(),
          .fetched_at = std::nullopt};
}

}  // namespace

model::AccountKey ensure_proof_key(db::Tx& tx, const model::Account& account) {
  const std::string key_id = account.uri + "#ed25519-key";
  if (auto known = store::find_key(tx, key_id)) return std::move(*known);
  auto key = make(account, key_id, model::KeyAlgorithm::ed25519, crypto::PrivateKey::generate_ed25519());
  store::insert_key(tx, key);
  return key;
}

}  // namespace dunlin::service
