#include "keys.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/crypto/digest.hpp"
#include "dunlin/crypto/http_signature.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace dunlin;
using namespace std::chrono_literals;
using Algorithm = crypto::SignatureAlgorithm;

namespace {

constexpr std::string_view kBody = R"({"hello": "world"})";
const std::vector<std::string> kHosts{"example.com"};
const Time kThen{1'618'884'473'000ms};

/// The request of RFC 9421 B.2 with a signature.
crypto::SignedRequest rfc_request(std::string_view input, std::string_view signature) {
  return {.method = "post",
          .target = "/foo?param=Value&Pet=dog",
          .scheme = "https",
          .authority = "example.com",
          .headers =
              {{"Host", "example.com"},
               {"Date", "Tue, 20 Apr 2021 02:07:55 GMT"},
               {"Content-Type", "application/json"},
               {"Content-Digest",
                "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"},
               {"Content-Length", "18"},
               {"Signature-Input", input},
               {"Signature", signature}},
          .body = kBody};
}

constexpr std::string_view kB23Input =
    R"x(sig-b23=("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-rsa-pss")x";
constexpr std::string_view kB23Signature =
    "sig-b23=:bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/"
    "5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768ZrCUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/"
    "yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/"
    "CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+"
    "QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZ"
    "KEgM4cUA==:";

/// Signs `input`, which must name its components as a sender would, and tells how we answer: 200, 400 or 401.
int outcome(const std::string& input, const crypto::PrivateKey& key, Algorithm algorithm, Time now = kThen) {
  const std::string probe = "sig1=:AAAA:";
  auto request = rfc_request(input, probe);
  const auto parsed = crypto::parse_signatures(request);
  if (!parsed) return parsed.error().code == Errc::bad_request ? 400 : 401;
  const auto base = crypto::signature_base(parsed->front(), request);
  const std::string signature = "sig1=:" + text::base64_encode(key.sign(algorithm, base.value_or("x"))) + ":";
  request = rfc_request(input, signature);
  const auto again = crypto::parse_signatures(request);
  REQUIRE(again);
  const auto verified = crypto::verify(again->front(), request, key.public_key(), {.own_hosts = kHosts, .now = now});
  if (verified) return 200;
  INFO(verified.error().message);
  CHECK(verified.error().code == Errc::unauthorized);
  return 401;
}

}  // namespace

TEST_CASE("RFC 9421 B.2.3: full coverage with RSA-PSS verifies", "[crypto][rfc9421][vector]") {
  const auto key = crypto::PublicKey::from_pem(test_keys::kRfc9421RsaPssPublic);
  REQUIRE(key);
  const auto request = rfc_request(kB23Input, kB23Signature);
  const auto parsed = crypto::parse_signatures(request);
  REQUIRE(parsed);
  REQUIRE(parsed->size() == 1);
  CHECK(parsed->front().label == "sig-b23");
  CHECK(parsed->front().key_id == "test-key-rsa-pss");
  CHECK(crypto::signature_base(parsed->front(), request).value() ==
        "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@method\": POST\n\"@path\": /foo\n\"@query\": "
        "?param=Value&Pet=dog\n\"@authority\": example.com\n"
        "\"content-type\": application/json\n\"content-digest\": "
        "sha-512=:WZDPaVn/"
        "7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:\n\"content-length\": 18\n"
        "\"@signature-params\": (\"date\" \"@method\" \"@path\" \"@query\" \"@authority\" \"content-type\" "
        "\"content-digest\" \"content-length\")"
        ";created=1618884473;keyid=\"test-key-rsa-pss\"");
  const auto verified = crypto::verify(parsed->front(), request, *key, {.own_hosts = kHosts, .now = kThen});
  INFO((verified ? "" : verified.error().message));
  CHECK(verified);
  CHECK_FALSE(crypto::verify(parsed->front(), request, *key, {.own_hosts = kHosts, .now = kThen + 66min}));
}

TEST_CASE("RFC 9421 B.2.6: the Ed25519 signature is reproduced and verifies, but covers no digest",
          "[crypto][rfc9421][vector]") {
  const auto key = crypto::PrivateKey::from_pem(test_keys::kRfc9421Ed25519Private);
  REQUIRE(key);
  const std::string bytes = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==";
  const std::string signature = "sig-b26=:" + bytes + ":";
  const auto request = rfc_request(
      R"x(sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519")x",
      signature);
  const auto parsed = crypto::parse_signatures(request);
  REQUIRE(parsed);
  const std::string base = crypto::signature_base(parsed->front(), request).value();
  CHECK(text::base64_encode(key->sign(Algorithm::ed25519, base)) == bytes);
  CHECK(crypto::check_with_key(parsed->front(), request, key->public_key()));
  CHECK_FALSE(crypto::check_before_key(parsed->front(), request, {.own_hosts = kHosts, .now = kThen}));
}

// 8.33
TEST_CASE("the covered components must bind method, target and body", "[crypto][rfc9421]") {
  const auto key = test_keys::ed25519();
  const std::string tail = ";created=1618884473;keyid=\"k\"";
  const auto with = [&](std::string_view components) {
    return outcome("sig1=(" + std::string(components) + ")" + tail, key, Algorithm::ed25519);
  };
  CHECK(with(R"("@method" "@target-uri" "content-digest")") == 200);
  CHECK(with(R"("@authority" "@path" "@query" "@method" "content-digest" "date" "host")") == 200);
  CHECK(with(R"("@method" "@scheme" "@request-target" "@target-uri" "content-digest")") == 200);
  CHECK(with(R"("@target-uri" "content-digest")") == 401);
  CHECK(with(R"("@method" "content-digest")") == 401);
  CHECK(with(R"("@method" "@authority" "@path" "content-digest")") == 401);  // the query is not bound
  CHECK(with(R"("@method" "@path" "@query" "content-digest")") == 401);
  CHECK(with(R"("@method" "@target-uri")") == 401);
  CHECK(with("") == 401);
  CHECK(with(R"("@method" "@target-uri" "content-digest" "x-missing")") == 401);
  CHECK(with(R"("@method" "@target-uri" "content-digest" "@method")") == 401);
  CHECK(with(R"("@method" "@target-uri" "content-digest" "@status")") == 401);
  CHECK(with(R"("@method" "@target-uri" "content-digest" "Date")") == 401);
  for (const std::string_view parameter : {";sf", ";bs", ";req", ";tr", ";key=\"a\""}) {
    CAPTURE(parameter);
    CHECK(with(R"("@method" "@target-uri" "content-digest" "date")" + std::string(parameter)) == 401);
    CHECK(with(R"("@method" "@target-uri" "content-digest")" + std::string(parameter)) == 401);
  }
}

// 8.33
TEST_CASE("creation time, expiry and algorithm are honoured", "[crypto][rfc9421]") {
  const auto ed = test_keys::ed25519();
  const auto rsa = test_keys::rsa();
  const std::string components = R"x(sig1=("@method" "@target-uri" "content-digest");keyid="k")x";
  const std::string created = components + ";created=1618884473";
  CHECK(outcome(created, ed, Algorithm::ed25519) == 200);
  CHECK(outcome(created, rsa, Algorithm::rsa_sha256) == 200);
  CHECK(outcome(created, rsa, Algorithm::rsa_pss_sha512) == 200);
  CHECK(outcome(created + ";alg=\"rsa-v1_5-sha256\"", rsa, Algorithm::rsa_sha256) == 200);
  CHECK(outcome(created + ";alg=\"rsa-v1_5-sha512\"", rsa, Algorithm::rsa_sha512) == 200);
  CHECK(outcome(created + ";alg=\"rsa-pss-sha512\"", rsa, Algorithm::rsa_pss_sha512) == 200);
  CHECK(outcome(created + ";alg=\"ed25519\"", ed, Algorithm::ed25519) == 200);
  CHECK(outcome(created + ";alg=\"rsa-v1_5-sha256\"", rsa, Algorithm::rsa_sha512) == 401);
  CHECK(outcome(created + ";alg=\"ed25519\"", rsa, Algorithm::rsa_sha256) == 401);
  CHECK(outcome(created + ";alg=\"hmac-sha256\"", ed, Algorithm::ed25519) == 400);
  CHECK(outcome(created + ";alg=\"\"", ed, Algorithm::ed25519) == 400);
  CHECK(outcome(created + ";expires=1618884500", ed, Algorithm::ed25519) == 200);
  CHECK(outcome(created + ";expires=1618884472", ed, Algorithm::ed25519) == 401);
  CHECK(outcome(created + ";expires=x", ed, Algorithm::ed25519) == 400);
  CHECK(outcome(created + ";nonce=\"a\\\"b\";tag=\"x\"", ed, Algorithm::ed25519) == 200);
  CHECK(outcome(components, ed, Algorithm::ed25519) == 401);
  CHECK(outcome(components + ";created=\"1618884473\"", ed, Algorithm::ed25519) == 401);
  CHECK(outcome(created, ed, Algorithm::ed25519, kThen + 65min + 1s) == 401);
  CHECK(outcome(created, ed, Algorithm::ed25519, kThen - 61min) == 401);
}

TEST_CASE("malformed RFC 9421 fields are bad requests", "[crypto][rfc9421]") {
  const std::string good = R"x(sig1=("@method");created=1;keyid="k")x";
  const auto status = [](std::string_view input, std::string_view signature) {
    const auto parsed = crypto::parse_signatures(rfc_request(input, signature));
    return parsed ? 200 : parsed.error().code == Errc::bad_request ? 400 : 401;
  };
  REQUIRE(status(good, "sig1=:AAAA:") == 200);
  for (const std::string& bad : std::vector<std::string>{
           "", "sig1", "sig1=", "sig1=x", "sig1=(", "sig1=(\"@method\"", "sig1=(@method)",
           "sig1=(\"@method\");keyid=\"k", "Sig1=(\"@method\");keyid=\"k\"", good + ",", good + ";",
           good + ";created=2", good + ", " + good, "sig1=(\"@method\");created=1", "sig1=(\"@method\");keyid=k",
           "sig2=(\"@method\");keyid=\"k\"", good + std::string(9000, ' ') + ", a=()"}) {
    CAPTURE(bad.substr(0, 100));
    CHECK(status(bad, "sig1=:AAAA:") == 400);
  }
  for (const std::string_view bad :
       {"", "sig1", "sig1=AAAA", "sig1=:AAAA", "sig1=:!:", "sig1=::", "sig2=:AAAA:", "sig1=:AAAA:,sig1=:AAAA:"}) {
    CAPTURE(bad);
    CHECK(status(good, bad) == 400);
  }
}

TEST_CASE("of several signatures at most three are tried", "[crypto][rfc9421]") {
  std::string input;
  std::string signatures;
  for (int i = 0; i < 5; ++i) {
    const std::string label = "s" + std::to_string(i);
    input += (i > 0 ? ", " : "") + label + "=(\"@method\");created=1;keyid=\"k" + std::to_string(i) + "\"";
    if (i != 1) signatures += (i > 0 ? ", " : "") + label + "=:AAAA:";
  }
  const auto parsed = crypto::parse_signatures(rfc_request(input, signatures));
  REQUIRE(parsed);
  REQUIRE(parsed->size() == 3);
  CHECK((*parsed)[0].key_id == "k0");
  CHECK((*parsed)[1].key_id == "k2");
  CHECK((*parsed)[2].key_id == "k3");
}
