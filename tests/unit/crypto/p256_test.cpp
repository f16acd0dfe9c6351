#include "dunlin/crypto/p256.hpp"

#include "dunlin/crypto/key_pair.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using crypto::P256Key;

TEST_CASE("a P-256 key survives its text form and has a public point of 65 bytes", "[crypto][p256]") {
  const auto key = P256Key::generate();
  CHECK(crypto::is_p256_point(key.public_point()));
  const auto again = P256Key::from_pem(key.to_pem());
  REQUIRE(again);
  CHECK(again->public_point() == key.public_point());
  CHECK(P256Key::generate().public_point() != key.public_point());
  CHECK_FALSE(P256Key::from_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"));
  CHECK_FALSE(P256Key::from_pem(crypto::PrivateKey::generate_ed25519().to_pem()));
}

TEST_CASE("what is no point of the curve is refused", "[crypto][p256]") {
  auto point = P256Key::generate().public_point();
  point.back() = static_cast<char>(point.back() ^ 1);
  CHECK_FALSE(crypto::is_p256_point(point));
  CHECK_FALSE(crypto::is_p256_point(""));
  CHECK_FALSE(crypto::is_p256_point(std::string(65, '\x04')));
  CHECK_FALSE(crypto::is_p256_point(P256Key::generate().public_point().substr(0, 64)));
  CHECK_FALSE(crypto::is_p256_point(std::string(1, '\0')));  // the point at infinity
}
