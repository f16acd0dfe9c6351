#include "dunlin/service/actor_keys.hpp"

#include "dunlin/crypto/key_pair.hpp"
#include "dunlin/jobs/presence.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/account_deletion.hpp"
#include "dunlin/store/accounts.hpp"

#include <array>
#include <chrono>
#include <string>
#include <utility>

namespace dunlin::service {

namespace {

// federation.md 2.8: peers that look at an actor once a day know the new key before it signs.
constexpr std::chrono::hours kAnnounced{24};

model::AccountKey make(const config::Config& config, const model::Account& account, std::string key_id,
                       const crypto::PrivateKey& key) {
  const bool rsa = key.type() == crypto::KeyType::rsa;
  return {.key_id = std::move(key_id),
          .account_id = account.id,
          .algorithm = rsa ? model::KeyAlgorithm::rsa : model::KeyAlgorithm::ed25519,
          .public_pem = key.public_key().to_pem(),
          .private_pem = stored_key(config, key),
          .fetched_at = std::nullopt};
}

crypto::PrivateKey take_rsa_key(const config::Config& config, db::Tx& tx) {
  if (const auto pem = store::take_spare_key(tx)) {
    // Once: nothing is gained by keeping it parsed.
    if (auto key = crypto::KeyCache(0, key_box(config)).private_key(*pem)) return std::move(*key);
  }
  return crypto::PrivateKey::generate_rsa();
}

/// nullopt: it is as it is wanted.
Result<std::optional<std::string>> resealed(const crypto::SecretBox& box, std::string_view text, bool seal) {
  if (crypto::SecretBox::is_sealed(text) == seal) return std::optional<std::string>();
  return std::optional(seal ? box.seal(text) : TRY(box.open(text)));
}

}  // namespace

std::optional<crypto::SecretBox> key_box(const config::Config& config) {
  if (config.federation.key_secret.empty()) return std::nullopt;
  auto box = crypto::SecretBox::from_text(config.federation.key_secret);
  return box ? std::optional(std::move(*box)) : std::nullopt;
}

std::string stored_key(const config::Config& config, const crypto::PrivateKey& key) {
  const auto box = key_box(config);
  return box ? box->seal(key.to_pem()) : key.to_pem();
}

void give_keys(const config::Config& config, db::Tx& tx, const model::Account& account) {
  store::insert_key(tx, make(config, account, uris::main_key(account.uri), take_rsa_key(config, tx)));
  ensure_proof_key(config, tx, account);
}

model::AccountKey ensure_proof_key(const config::Config& config, db::Tx& tx, const model::Account& account) {
  if (auto known = store::find_signing_key(tx, account.id, model::KeyAlgorithm::ed25519)) return std::move(*known);
  auto key = make(config, account, uris::proof_key(account.uri), crypto::PrivateKey::generate_ed25519());
  store::insert_key(tx, key);
  return key;
}

Result<Time> rotate_keys(const config::Config& config, db::Tx& tx, const model::Account& account, KeyRotation how) {
  if (!store::find_signing_key(tx, account.id)) return fail(Errc::not_found, "The account has no key to sign with");
  const bool leaked = how == KeyRotation::leaked;
  const Time from = leaked ? tx.now() - store::kMainKeySignsAfter : tx.now() + kAnnounced;
  // An id of its own: who meets it fetches the actor, and never takes it for the old one.
  const auto since_epoch = std::chrono::duration_cast<std::chrono::seconds>(tx.now().time_since_epoch());
  const std::string suffix = "-" + std::to_string(since_epoch.count());
  const std::array ids{uris::main_key(account.uri) + suffix, uris::proof_key(account.uri) + suffix};
  if (leaked) store::delete_other_keys(tx, account.id, ids);
  const std::array pairs{take_rsa_key(config, tx), crypto::PrivateKey::generate_ed25519()};
  for (std::size_t i = 0; i < ids.size(); ++i) {
    auto key = make(config, account, ids[i], pairs[i]);
    key.main_from = from;
    store::insert_key(tx, key);
  }
  return from;
}

Result<std::int64_t> reseal_keys(const config::Config& config, db::Tx& tx, bool seal) {
  constexpr int kBatch = 1000;
  const auto box = key_box(config);
  if (!box) return fail(Errc::invalid, "federation.key_secret is not set");
  if (!seal && !jobs::is_nobody_present(tx)) {
    return fail(Errc::conflict, "a server runs on this database: stop it first, it encrypts new keys");
  }
  std::int64_t changed = 0;
  for (std::string after;;) {
    const auto keys = store::list_private_keys(tx, after, kBatch);
    for (const auto& [key_id, text] : keys) {
      const auto other = TRY(resealed(*box, text, seal));
      if (other) store::set_private_key(tx, key_id, *other);
      changed += other ? 1 : 0;
    }
    if (keys.size() < kBatch) break;
    after = keys.back().key_id;
  }
  for (const auto& [account, text] : store::list_departed_keys(tx)) {
    const auto other = TRY(resealed(*box, text, seal));
    if (other) store::set_departed_key(tx, account, *other);
    changed += other ? 1 : 0;
  }
  store::delete_spare_keys(tx);  // the server makes new ones
  return changed;
}

}  // namespace dunlin::service
