#include "dunlin/crypto/totp.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace dunlin;

namespace {

const std::string kSecret = "12345678901234567890";  // RFC 6238, appendix B

Time at(std::int64_t seconds) {
  return Time(std::chrono::seconds(seconds));
}

}  // namespace

TEST_CASE("codes are those of RFC 6238", "[crypto][totp]") {
  CHECK(crypto::totp_code(kSecret, crypto::totp_step(at(59))) == "287082");
  CHECK(crypto::totp_code(kSecret, crypto::totp_step(at(1'111'111'109))) == "081804");
  CHECK(crypto::totp_code(kSecret, crypto::totp_step(at(1'234'567'890))) == "005924");
  CHECK(crypto::totp_code(kSecret, crypto::totp_step(at(20'000'000'000))) == "353130");
}

TEST_CASE("a code is taken one step early or late, and once", "[crypto][totp]") {
  const Time now = at(1'111'111'109);
  const auto step = crypto::totp_step(now);
  for (const std::int64_t drift : {-1, 0, 1}) {
    CHECK(crypto::match_totp(kSecret, crypto::totp_code(kSecret, step + drift), now, 0) == step + drift);
  }
  CHECK_FALSE(crypto::match_totp(kSecret, crypto::totp_code(kSecret, step + 2), now, 0));
  CHECK_FALSE(crypto::match_totp(kSecret, crypto::totp_code(kSecret, step - 2), now, 0));
  CHECK_FALSE(crypto::match_totp(kSecret, crypto::totp_code(kSecret, step), now, step));
  CHECK_FALSE(crypto::match_totp(kSecret, "", now, 0));
}

TEST_CASE("secrets are shown as base 32", "[crypto][totp]") {
  CHECK(crypto::base32_encode("") == "");
  CHECK(crypto::base32_encode("f") == "MY");
  CHECK(crypto::base32_encode("foobar") == "MZXW6YTBOI");
}
