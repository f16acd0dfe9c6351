#include "dunlin/crypto/web_push.hpp"

#include "dunlin/base/text.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace dunlin;
using namespace dunlin::crypto;

namespace {

std::string bytes(std::string_view base64url) {
  return text::base64url_decode(base64url).value();
}

/// PKCS#8 around a bare private key and its point.
P256Key key_of(std::string_view private_key, std::string_view point) {
  const std::string head(
      "\x30\x81\x87\x02\x01\x00\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"
      "\x04\x6d\x30\x6b\x02\x01\x01\x04\x20",
      36);
  const std::string middle("\xa1\x44\x03\x42\x00", 5);
  const auto der = head + bytes(private_key) + middle + bytes(point);
  const auto base64 = text::base64_encode(der);
  return P256Key::from_pem("-----BEGIN PRIVATE KEY-----\n" + base64.substr(0, 64) + "\n" + base64.substr(64, 64) +
                           "\n" + base64.substr(128) + "\n-----END PRIVATE KEY-----\n")
      .value();
}

constexpr auto kReceiverPoint =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";

}  // namespace

TEST_CASE("a message is encrypted as in RFC 8291 5", "[crypto][web_push]") {
  const auto sender = key_of("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw",
                             "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8");
  const auto point = bytes(kReceiverPoint);
  const auto auth = bytes("BTBZMqHH6r4Tts7J_aSIgg");
  const auto body = encrypt_push(PushEncoding::aes128gcm, {.p256dh = point, .auth = auth},
                                 "When I grow up, I want to be a watermelon", sender, bytes("DGv6ra1nlYgDCS1FRnbzlw"));
  REQUIRE(body);
  CHECK(text::base64url_encode(*body) ==
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3"
        "jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN");
}

TEST_CASE("the headers are those of each encoding", "[crypto][web_push]") {
  const auto vapid = P256Key::generate();
  const auto point = bytes(kReceiverPoint);
  const PushReceiver receiver{.p256dh = point, .auth = "0123456789abcdef"};
  const auto headers = [&](PushEncoding encoding) {
    std::string out;
    const auto message = make_push_message(encoding, receiver, "{}", vapid, "https://push.example",
                                           "mailto:a@example.org", Time(std::chrono::seconds(1000)));
    for (const auto& [name, value] : message.value().headers) out += name + ": " + value + "\n";
    return out;
  };
  const auto key = text::base64url_encode(vapid.public_point());
  const auto standard = headers(PushEncoding::aes128gcm);
  CHECK(standard.contains("Content-Encoding: aes128gcm\n"));
  CHECK(standard.contains("Authorization: vapid t=ey"));
  CHECK(standard.contains(",k=" + key + "\n"));
  const auto legacy = headers(PushEncoding::aesgcm);
  CHECK(legacy.contains("Content-Encoding: aesgcm\n"));
  CHECK(legacy.contains("Encryption: salt="));
  CHECK(legacy.contains(";p256ecdsa=" + key + "\n"));
  CHECK(legacy.contains("Authorization: WebPush ey"));
}

TEST_CASE("both sides agree on one secret, and what is no key is refused", "[crypto][web_push]") {
  const auto ours = P256Key::generate();
  const auto theirs = P256Key::generate();
  CHECK(ours.agree(theirs.public_point()).value() == theirs.agree(ours.public_point()).value());
  CHECK_FALSE(ours.agree("short"));
  CHECK_FALSE(ours.agree(std::string(1, '\4') + std::string(64, 'x')));
  CHECK(ours.sign("text").size() == 64);
  const PushReceiver receiver{.p256dh = "none", .auth = "0123456789abcdef"};
  CHECK_FALSE(encrypt_push(PushEncoding::aesgcm, receiver, "{}", ours, "0123456789abcdef"));
  const auto point = theirs.public_point();
  CHECK(encrypt_push(PushEncoding::aesgcm, {.p256dh = point, .auth = "0123456789abcdef"}, std::string(4096, 'x'), ours,
                     "0123456789abcdef")
            .error()
            .code == Errc::too_large);
}
