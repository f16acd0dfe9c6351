#include "dunlin/crypto/key_pair.hpp"

#include "keys.hpp"

#include "dunlin/base/random.hpp"
#include "dunlin/base/text.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <thread>
#include <vector>

using namespace dunlin;
using crypto::KeyType;
using crypto::PrivateKey;
using crypto::PublicKey;
using crypto::SignatureAlgorithm;

namespace {

std::vector<std::pair<PrivateKey, SignatureAlgorithm>> all_pairs() {
  const auto rsa = test_keys::rsa();
  return {{rsa, SignatureAlgorithm::rsa_sha256},
          {rsa, SignatureAlgorithm::rsa_sha512},
          {rsa, SignatureAlgorithm::rsa_pss_sha512},
          {test_keys::ed25519(), SignatureAlgorithm::ed25519}};
}

}  // namespace

TEST_CASE("what a key signs its public half verifies, and nothing else", "[crypto][key]") {
  for (const auto& [key, algorithm] : all_pairs()) {
    for (int i = 0; i < 5; ++i) {
      const std::string message = random_bytes(static_cast<std::size_t>(i) * 37);
      const std::string signature = key.sign(algorithm, message);
      CHECK(key.public_key().verify(algorithm, message, signature));
      CHECK_FALSE(key.public_key().verify(algorithm, message + "x", signature));
      std::string changed = signature;
      changed[changed.size() / 2] = static_cast<char>(changed[changed.size() / 2] ^ 1);
      CHECK_FALSE(key.public_key().verify(algorithm, message, changed));
      CHECK_FALSE(key.public_key().verify(algorithm, message, ""));
    }
  }
}

TEST_CASE("an algorithm that does not fit the key is refused", "[crypto][key]") {
  const auto rsa = test_keys::rsa();
  const auto ed = test_keys::ed25519();
  CHECK_THROWS_AS(rsa.sign(SignatureAlgorithm::ed25519, "x"), std::logic_error);
  CHECK_THROWS_AS(ed.sign(SignatureAlgorithm::rsa_sha256, "x"), std::logic_error);
  CHECK_FALSE(ed.public_key().verify(SignatureAlgorithm::rsa_sha256, "x", ed.sign(SignatureAlgorithm::ed25519, "x")));
  const std::string sha512 = rsa.sign(SignatureAlgorithm::rsa_sha512, "x");
  CHECK_FALSE(rsa.public_key().verify(SignatureAlgorithm::rsa_sha256, "x", sha512));
  CHECK_FALSE(rsa.public_key().verify(SignatureAlgorithm::rsa_pss_sha512, "x", sha512));
}

TEST_CASE("a new RSA key has 2,048 bits and signs", "[crypto][key]") {
  const auto key = PrivateKey::generate_rsa();
  const std::string signature = key.sign(SignatureAlgorithm::rsa_sha256, "x");
  CHECK(signature.size() == 256);
  CHECK(key.public_key().verify(SignatureAlgorithm::rsa_sha256, "x", signature));
  CHECK(key.public_key().to_pem() != PrivateKey::generate_rsa().public_key().to_pem());
}

TEST_CASE("keys survive PEM", "[crypto][key]") {
  for (const auto& [key, algorithm] : all_pairs()) {
    const auto again = PrivateKey::from_pem(key.to_pem());
    REQUIRE(again);
    CHECK(again->type() == key.type());
    CHECK(again->to_pem() == key.to_pem());
    const std::string pem = key.public_key().to_pem();
    CHECK(pem.starts_with("-----BEGIN PUBLIC KEY-----\n"));
    CHECK(pem.ends_with("-----END PUBLIC KEY-----\n"));
    const auto half = PublicKey::from_pem(pem);
    REQUIRE(half);
    CHECK(half->verify(algorithm, "x", again->sign(algorithm, "x")));
  }
}

TEST_CASE("PEM is read however its lines are broken", "[crypto][key]") {
  const std::string pem = test_keys::rsa().public_key().to_pem();
  const std::string one_line = "-----BEGIN PUBLIC KEY-----" +
                               text::replace_all(pem.substr(27, pem.size() - 27 - 25), "\n", "") +
                               "-----END PUBLIC KEY-----";
  for (const std::string& form :
       {text::replace_all(pem, "\n", "\r\n"), "\n  " + pem + "\n\n", one_line, text::replace_all(pem, "\n", "\n  ")}) {
    CAPTURE(form);
    const auto key = PublicKey::from_pem(form);
    REQUIRE(key);
    CHECK(key->to_pem() == pem);
  }
}

TEST_CASE("PKCS#1 public keys are read", "[crypto][key]") {
  const auto key = PublicKey::from_pem(test_keys::kPkcs1Public);
  REQUIRE(key);
  CHECK(key->type() == KeyType::rsa);
  CHECK(key->to_pem().starts_with("-----BEGIN PUBLIC KEY-----\n"));
}

TEST_CASE("what is not a usable key is refused", "[crypto][key]") {
  const std::string pem = test_keys::rsa().public_key().to_pem();
  for (const std::string& bad : std::vector<std::string>{
           "", "x", "-----BEGIN PUBLIC KEY-----", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n",
           "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", pem.substr(0, 200),
           text::replace_all(pem, "PUBLIC", "PRIVATE"), text::replace_all(pem, "PUBLIC KEY", "CERTIFICATE"),
           std::string(test_keys::kRsa512Public), std::string(test_keys::kEcPublic),
           std::string(test_keys::kRsa8192Public), std::string(100'000, 'A'), test_keys::rsa().to_pem()}) {
    CAPTURE(bad.substr(0, 60));
    const auto key = PublicKey::from_pem(bad);
    REQUIRE_FALSE(key);
    CHECK(key.error().code == Errc::invalid);
  }
  CHECK_FALSE(PrivateKey::from_pem(pem));
  CHECK_FALSE(
      PrivateKey::from_pem("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"));
}

TEST_CASE("keys have a multibase form", "[crypto][key]") {
  const auto key = PublicKey::from_pem(test_keys::kRfc9421Ed25519Public);
  REQUIRE(key);
  const std::string multibase = key->to_multibase();
  CHECK(multibase.starts_with("z6Mk"));
  const auto again = PublicKey::from_multibase(multibase);
  REQUIRE(again);
  CHECK(again->to_pem() == key->to_pem());
  for (int i = 0; i < 20; ++i) {
    const auto made = PrivateKey::generate_ed25519().public_key();
    CHECK(PublicKey::from_multibase(made.to_multibase())->to_pem() == made.to_pem());
  }
  const auto rsa = test_keys::rsa().public_key();
  CHECK(rsa.to_multibase().starts_with("z4MX"));
  REQUIRE(PublicKey::from_multibase(rsa.to_multibase()));
  CHECK(PublicKey::from_multibase(rsa.to_multibase())->to_pem() == rsa.to_pem());
}

TEST_CASE("multibase of other things is refused", "[crypto][key]") {
  const std::string good = test_keys::ed25519().public_key().to_multibase();
  for (const std::string& bad : std::vector<std::string>{
           "", "z", "z6Mk", good.substr(1), "m" + good.substr(1), good + "1", good.substr(0, good.size() - 1),
           "z" + std::string(47, '0'), "zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv",
           test_keys::rsa().public_key().to_multibase().substr(0, 200), std::string(10'000, 'z')}) {
    CAPTURE(bad.substr(0, 60));
    CHECK_FALSE(PublicKey::from_multibase(bad));
  }
}

TEST_CASE("the key cache parses once, forgets the oldest and never keeps failures", "[crypto][key][cache]") {
  crypto::KeyCache cache(2);
  const std::string rsa = test_keys::rsa().public_key().to_pem();
  const std::string multibase = test_keys::ed25519().public_key().to_multibase();
  CHECK(cache.public_key(rsa)->type() == KeyType::rsa);
  CHECK(cache.public_key(multibase)->type() == KeyType::ed25519);
  CHECK(cache.public_key(test_keys::kRfc9421Ed25519Public));
  CHECK(cache.public_key(rsa)->to_pem() == rsa);
  CHECK_FALSE(cache.public_key("nonsense"));
  CHECK_FALSE(cache.public_key("nonsense"));
  const auto key = cache.private_key(test_keys::rsa().to_pem());
  REQUIRE(key);
  CHECK(key->public_key().to_pem() == rsa);
  CHECK_FALSE(cache.private_key(rsa));
}

TEST_CASE("many threads may use one cache and one key", "[crypto][key][cache]") {
  crypto::KeyCache cache(3);
  std::vector<std::string> texts;
  for (int i = 0; i < 6; ++i) texts.push_back(PrivateKey::generate_ed25519().public_key().to_multibase());
  const auto rsa = test_keys::rsa();
  const std::string signature = rsa.sign(SignatureAlgorithm::rsa_sha256, "x");
  std::atomic<int> failures = 0;
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (std::size_t i = 0; i < 200; ++i) {
          const std::string& text = texts[(i + t) % texts.size()];
          const auto key = cache.public_key(text);
          if (!key || key->to_multibase() != text) ++failures;
          if (!rsa.public_key().verify(SignatureAlgorithm::rsa_sha256, "x", signature)) ++failures;
        }
      });
    }
  }
  CHECK(failures == 0);
}
