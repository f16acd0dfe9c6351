#include "dunlin/crypto/secret_box.hpp"

#include "dunlin/base/text.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace dunlin;
using crypto::SecretBox;

namespace {

SecretBox box_of(char c) {
  return SecretBox::from_text(text::base64_encode(std::string(32, c))).value();
}

}  // namespace

TEST_CASE("what is sealed is read with the same key only, and only as it was", "[crypto][secret]") {
  const auto box = box_of('a');
  const std::string secret = "-----BEGIN PRIVATE KEY-----\nx\n";
  const auto sealed = box.seal(secret);
  CHECK(SecretBox::is_sealed(sealed));
  CHECK_FALSE(SecretBox::is_sealed(secret));
  CHECK(sealed.find("PRIVATE") == std::string::npos);
  CHECK(box.open(sealed).value() == secret);
  CHECK(box.seal(secret) != sealed);  // a nonce of its own each time
  CHECK(box.open(box.seal("")).value().empty());
  CHECK_FALSE(box_of('b').open(sealed));
  for (std::size_t i = 5; i + 2 < sealed.size(); i += 7) {
    auto changed = sealed;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    CHECK_FALSE(box.open(changed));
  }
  CHECK_FALSE(box.open(secret));
  CHECK_FALSE(box.open("enc1:"));
  CHECK_FALSE(box.open(sealed.substr(0, 20)));
}

TEST_CASE("a key of another length is none", "[crypto][secret]") {
  CHECK_FALSE(SecretBox::from_text(""));
  CHECK_FALSE(SecretBox::from_text("hunter2"));
  CHECK_FALSE(SecretBox::from_text(text::base64_encode(std::string(31, 'a'))));
}
