#include "dunlin/base/random.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/crypto/digest.hpp"
#include "dunlin/crypto/password.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace dunlin;

TEST_CASE("digests equal the published vectors", "[crypto][digest]") {
  CHECK(text::hex_encode(crypto::sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(text::hex_encode(crypto::sha512("")).starts_with("cf83e1357eefb8bdf1542850d66d8007"));
  CHECK(text::hex_encode(crypto::hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");  // RFC 4231 test case 2
  CHECK(crypto::token_hash("abc") == crypto::sha256("abc"));
}

TEST_CASE("digest fields have the forms peers expect", "[crypto][digest]") {
  CHECK(crypto::digest_header("") == "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
  CHECK(crypto::content_digest_header("") == "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:");
}

TEST_CASE("a Digest field needs a right SHA-256 member", "[crypto][digest]") {
  const std::string body = "{\"a\":1}";
  const std::string right = text::base64_encode(crypto::sha256(body));
  for (const std::string& good : std::vector<std::string>{"SHA-256=" + right, "sha-256=" + right,
                                                          "SHA-512=x,SHA-256=" + right, "md5=x , Sha-256=" + right}) {
    CAPTURE(good);
    CHECK(crypto::check_digest_header(good, body));
  }
  for (const std::string& bad : std::vector<std::string>{
           "", "SHA-256=", "SHA-256=AAAA", "SHA-512=" + text::base64_encode(crypto::sha512(body)), "SHA-256" + right,
           "SHA-256=" + right + ",SHA-256=AAAA", "SHA-256=" + text::hex_encode(crypto::sha256(body))}) {
    CAPTURE(bad);
    const auto checked = crypto::check_digest_header(bad, body);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().code == Errc::unauthorized);
  }
  CHECK_FALSE(crypto::check_digest_header("SHA-256=" + right, body + " "));
}

TEST_CASE("a Content-Digest field may use SHA-256 or SHA-512, and all it has must hold", "[crypto][digest]") {
  const std::string body = "{\"hello\": \"world\"}";
  const std::string sha512 =
      "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:";  // RFC 9421
                                                                                                             // B.2
  CHECK(crypto::check_content_digest_header(sha512, body));
  CHECK(crypto::check_content_digest_header(sha512 + ", " + crypto::content_digest_header(body), body));
  CHECK(crypto::check_content_digest_header("md5=:x:, " + sha512, body));
  CHECK_FALSE(crypto::check_content_digest_header(sha512, body + "\n"));
  CHECK_FALSE(crypto::check_content_digest_header(sha512 + ", sha-256=:AAAA:", body));
  for (const std::string_view bad : {"", "sha-256=::", "sha-256=:", "sha-256", "md5=:x:", "sha-256=x"}) {
    CAPTURE(bad);
    CHECK_FALSE(crypto::check_content_digest_header(bad, body));
  }
}

TEST_CASE("passwords are hashed with argon2id and a salt", "[crypto][password]") {
  const auto first = crypto::hash_password("correct horse");
  const auto second = crypto::hash_password("correct horse");
  REQUIRE(first);
  CHECK(first->starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
  CHECK(*first != *second);
  CHECK(crypto::verify_password("correct horse", *first));
  CHECK_FALSE(crypto::verify_password("correct horsf", *first));
  CHECK_FALSE(crypto::verify_password("", *first));
  CHECK_FALSE(crypto::needs_rehash(*first));
  CHECK(crypto::needs_rehash("$argon2id$v=19$m=4096,t=3,p=1$c2FsdHNhbHQ$aGFzaA"));
  CHECK(crypto::needs_rehash("$2b$12$abc"));
}

TEST_CASE("passwords that are empty or too long are refused", "[crypto][password]") {
  for (const std::string& bad : {std::string(), std::string(289, 'x')}) {
    const auto hashed = crypto::hash_password(bad);
    REQUIRE_FALSE(hashed);
    CHECK(hashed.error().code == Errc::invalid);
  }
  CHECK(crypto::hash_password(std::string(288, 'x')));
}

TEST_CASE("what is not a sane argon2id hash never verifies", "[crypto][password]") {
  for (const std::string_view bad : {"", "x", "$argon2id$", "$argon2id$v=19$m=19456,t=2,p=1$$",
                                     "$argon2i$v=19$m=4096,t=3,p=1$c2FsdHNhbHQ$aGFzaGhhc2g",
                                     "$argon2id$v=19$m=4294967295,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g",
                                     "$argon2id$v=19$m=4096,t=100000,p=1$c2FsdHNhbHQ$aGFzaGhhc2g",
                                     "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW"}) {
    CAPTURE(bad);
    CHECK_FALSE(crypto::verify_password("password", bad));
  }
}
