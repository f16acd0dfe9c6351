#include "dunlin/service/actor_keys.hpp"

#include "dunlin/crypto/key_pair.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"

#include <array>
#include <chrono>
#include <string>
#include <utility>

namespace dunlin::service {

namespace {

// federation.md 2.8: peers that look at an actor once a day know the new key before it signs.
constexpr std::chrono::hours kAnnounced{24};

model::AccountKey make(const model::Account& account, std::string key_id, const crypto::PrivateKey& key) {
  const bool rsa = key.type() == crypto::KeyType::rsa;
  return {.key_id = std::move(key_id),
          .account_id = account.id,
          .algorithm = rsa ? model::KeyAlgorithm::rsa : model::KeyAlgorithm::ed25519,
          .public_pem = key.public_key().to_pem(),
          .private_pem = key.to_pem(),
          .fetched_at = std::nullopt};
}

crypto::PrivateKey take_rsa_key(db::Tx& tx) {
  if (const auto pem = store::take_spare_key(tx)) {
    if (auto key = crypto::PrivateKey::from_pem(*pem)) return std::move(*key);
  }
  return crypto::PrivateKey::generate_rsa();
}

}  // namespace

void give_keys(db::Tx& tx, const model::Account& account) {
  store::insert_key(tx, make(account, uris::main_key(account.uri), take_rsa_key(tx)));
  ensure_proof_key(tx, account);
}

model::AccountKey ensure_proof_key(db::Tx& tx, const model::Account& account) {
  if (auto known = store::find_signing_key(tx, account.id, model::KeyAlgorithm::ed25519)) return std::move(*known);
  auto key = make(account, uris::proof_key(account.uri), crypto::PrivateKey::generate_ed25519());
  store::insert_key(tx, key);
  return key;
}

Result<Time> rotate_keys(db::Tx& tx, const model::Account& account, KeyRotation how) {
  if (!store::find_signing_key(tx, account.id)) return fail(Errc::not_found, "The account has no key to sign with");
  const bool leaked = how == KeyRotation::leaked;
  const Time from = leaked ? tx.now() - store::kMainKeySignsAfter : tx.now() + kAnnounced;
  // An id of its own: who meets it fetches the actor, and never takes it for the old one.
  const auto since_epoch = std::chrono::duration_cast<std::chrono::seconds>(tx.now().time_since_epoch());
  const std::string suffix = "-" + std::to_string(since_epoch.count());
  const std::array ids{uris::main_key(account.uri) + suffix, uris::proof_key(account.uri) + suffix};
  if (leaked) store::delete_other_keys(tx, account.id, ids);
  const std::array pairs{take_rsa_key(tx), crypto::PrivateKey::generate_ed25519()};
  for (std::size_t i = 0; i < ids.size(); ++i) {
    auto key = make(account, ids[i], pairs[i]);
    key.main_from = from;
    store::insert_key(tx, key);
  }
  return from;
}

}  // namespace dunlin::service
