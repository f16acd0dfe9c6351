#include "support/fediverse.hpp"

#include "dunlin/activitypub/delivery.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/crypto/secret_box.hpp"
#include "dunlin/jobs/presence.hpp"
#include "dunlin/service/actor_keys.hpp"
#include "dunlin/store/account_deletion.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <thread>

namespace dunlin::activitypub {

using crypto::SecretBox;
using test::Fediverse;

namespace {

struct Setup : Fediverse {
  model::Account make(const std::string& name) {
    return world.write([&](db::Tx& tx) {
      const std::string email = name + "@example.org";
      return services.accounts
          .create_local(tx, {.username = name, .email = email, .password = {}, .confirmed = true}, "hash")
          .value();
    });
  }
  void set_secret(char c) { config.federation.key_secret = text::base64_encode(std::string(32, c)); }
  std::string stored(const model::Account& account, model::KeyAlgorithm algorithm = model::KeyAlgorithm::rsa) {
    return *world.read([&](db::Tx& tx) { return store::find_signing_key(tx, account.id, algorithm); })->private_pem;
  }
  /// As the process does, which has the configuration of now.
  bool can_sign(const model::Account& account) {
    crypto::KeyCache cache(10, service::key_box(config));
    const auto key = world.session().read([&](db::Tx& tx) { return find_signing_key(tx, cache, account.id); });
    if (!key) return false;
    const auto listed = world.read([&](db::Tx& tx) { return store::find_key(tx, key->key_id); });
    const auto signature = key->key.sign(crypto::SignatureAlgorithm::rsa_sha256, "x");
    return crypto::PublicKey::from_pem(listed->public_pem)
        ->verify(crypto::SignatureAlgorithm::rsa_sha256, "x", signature);
  }
  Result<std::int64_t> reseal(bool seal) {
    return world.session().write([&](db::Tx& tx) { return service::reseal_keys(config, tx, seal); });
  }
};

}  // namespace

TEST_CASE("with a secret all new private keys are encrypted", "[activitypub][keys][secret]") {
  Setup f;
  f.set_secret('a');
  f.services.accounts.top_up_spare_keys(f.world.session(), 1);
  const auto anna = f.make("anna");  // from the stock
  CHECK(SecretBox::is_sealed(f.stored(anna)));
  CHECK(SecretBox::is_sealed(f.stored(anna, model::KeyAlgorithm::ed25519)));
  CHECK(f.can_sign(anna));
  f.world.write([&](db::Tx& tx) { REQUIRE(f.services.accounts.rotate_keys(tx, anna, service::KeyRotation::leaked)); });
  CHECK(SecretBox::is_sealed(f.stored(anna)));
  CHECK(f.can_sign(anna));
  f.set_secret('b');
  CHECK_FALSE(f.can_sign(anna));
  f.config.federation.key_secret.clear();
  CHECK_FALSE(f.can_sign(anna));
}

TEST_CASE("keys that are there are encrypted by a command, and back", "[activitypub][keys][secret]") {
  Setup f;
  const auto anna = f.make("anna");
  const auto bob = f.make("bob");
  const auto before = f.stored(anna);
  CHECK_FALSE(SecretBox::is_sealed(before));
  CHECK_FALSE(f.reseal(true));  // no secret
  f.world.write([&](db::Tx& tx) {
    store::insert_spare_key(tx, 1, before);
    store::keep_departed_key(tx, bob.id, tx.now() + std::chrono::hours(1));
  });
  f.set_secret('a');
  CHECK(f.can_sign(anna));  // both kinds are read
  CHECK(f.reseal(true).value() == 5);
  CHECK(f.reseal(true).value() == 0);
  CHECK(SecretBox::is_sealed(f.stored(anna)));
  CHECK(f.can_sign(anna));
  f.world.write([&](db::Tx& tx) {
    CHECK(store::count_spare_keys(tx) == 0);
    CHECK(SecretBox::is_sealed(store::list_departed_keys(tx).at(0).private_pem));
  });
  f.set_secret('b');
  CHECK_FALSE(f.reseal(false));
  f.set_secret('a');
  CHECK(f.reseal(false).value() == 5);
  CHECK(f.stored(anna) == before);
}

TEST_CASE("keys are not decrypted beside a server, which would go on encrypting", "[activitypub][keys][secret]") {
  Setup f;
  f.set_secret('a');
  const auto anna = f.make("anna");
  {
    const jobs::Presence server(f.world.db.new_session());
    const auto refused = f.reseal(false);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::conflict);
    CHECK(SecretBox::is_sealed(f.stored(anna)));
    CHECK(f.reseal(true));
  }
  // Its connection ends a moment after it.
  auto done = f.reseal(false);
  for (int i = 0; i < 1000 && !done; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    done = f.reseal(false);
  }
  REQUIRE(done);
  CHECK(*done == 2);
}

}  // namespace dunlin::activitypub
