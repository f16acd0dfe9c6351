#include "dunlin/crypto/http_signature.hpp"

#include "keys.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/base/time_format.hpp"
#include "dunlin/crypto/digest.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <string>
#include <vector>

using namespace dunlin;
using namespace std::chrono_literals;
using crypto::PrivateKey;
using crypto::SignedRequest;

namespace {

const Time kNow{1'795'287'600'000ms};  // Sat, 21 Nov 2026 19:00:00 GMT
const std::vector<std::string> kOwnHosts{"home.example", "127.0.0.1:4001"};
constexpr std::string_view kKeyId = "https://peer.example/ap/users/1#main-key";

/// A request that owns its parts, so that a test can change one of them.
struct Message {
  std::string method = "post";
  std::string target = "/inbox";
  std::string authority = "home.example";
  std::string body = R"({"type":"Follow"})";
  crypto::HeaderList headers;

  [[nodiscard]] SignedRequest request() const {
    SignedRequest out{
        .method = method, .target = target, .scheme = "https", .authority = authority, .headers = {}, .body = body};
    for (const auto& [name, value] : headers) out.headers.emplace_back(name, value);
    return out;
  }
  std::string& header(std::string_view name) {
    for (auto& [field, value] : headers) {
      if (text::equals_ignore_case(field, name)) return value;
    }
    throw std::logic_error("no such header");
  }
  void remove(std::string_view name) {
    std::erase_if(headers, [&](const auto& field) { return text::equals_ignore_case(field.first, name); });
  }
};

enum class Scheme { cavage, rfc9421 };

Message signed_message(Scheme scheme, const PrivateKey& key, Message message = {}, Time now = kNow) {
  message.headers = scheme == Scheme::cavage ? crypto::sign_cavage(message.request(), key, kKeyId, now)
                                             : crypto::sign_rfc9421(message.request(), key, kKeyId, now);
  message.headers.emplace_back("Host", message.authority);
  message.headers.emplace_back("Content-Type", "application/activity+json");
  return message;
}

/// 200 when it verifies, else 400 or 401.
int outcome(const Message& message, const crypto::PublicKey& key, Time now = kNow) {
  const SignedRequest request = message.request();
  const auto parsed = crypto::parse_signatures(request);
  const auto status = [](const Error& error) {
    INFO(error.message << " / " << error.detail);
    CHECK((error.code == Errc::bad_request || error.code == Errc::unauthorized));
    CHECK_FALSE(error.message.empty());
    return error.code == Errc::bad_request ? 400 : 401;
  };
  if (!parsed) return status(parsed.error());
  int result = 401;
  for (const auto& signature : *parsed) {
    const auto verified = crypto::verify(signature, request, key, {.own_hosts = kOwnHosts, .now = now});
    if (verified) return 200;
    result = status(verified.error());
  }
  return result;
}

/// A cavage signature over what the test chooses.
Message hand_signed(const PrivateKey& key, const std::vector<std::string>& covered, const std::string& extra,
                    crypto::SignatureAlgorithm algorithm, Message message = {}) {
  message.headers = {
      {"Host", message.authority}, {"Date", format_http_date(kNow)}, {"Digest", crypto::digest_header(message.body)}};
  crypto::ParsedSignature parts;
  parts.components = covered;
  parts.created = kNow.time_since_epoch().count() / 1000;
  parts.expires = *parts.created + 300;
  const std::string base = crypto::signature_base(parts, message.request()).value();
  message.headers.emplace_back("Signature", "keyId=\"" + std::string(kKeyId) + "\"," + extra + "headers=\"" +
                                                text::join(covered, " ") + "\",signature=\"" +
                                                text::base64_encode(key.sign(algorithm, base)) + "\"");
  return message;
}

const std::vector<std::string> kUsual{"(request-target)", "host", "date", "digest"};
using Algorithm = crypto::SignatureAlgorithm;

}  // namespace

// 8.36
TEST_CASE("the cavage header has the one form that all peers parse", "[crypto][signature]") {
  const auto key = test_keys::rsa();
  Message message;
  message.target = "/inbox?x=%20";
  const auto headers = crypto::sign_cavage(message.request(), key, kKeyId, kNow);
  REQUIRE(headers.size() == 3);
  CHECK(headers[0] == std::pair<std::string, std::string>("Date", "Sat, 21 Nov 2026 19:00:00 GMT"));
  CHECK(headers[1] == std::pair<std::string, std::string>("Digest", crypto::digest_header(message.body)));
  CHECK(headers[2].first == "Signature");
  const std::string base =
      "(request-target): post /inbox?x=%20\nhost: home.example\ndate: Sat, 21 Nov 2026 19:00:00 GMT\ndigest: " +
      crypto::digest_header(message.body);
  CHECK(headers[2].second == "keyId=\"" + std::string(kKeyId) +
                                 R"(",algorithm="rsa-sha256",headers="(request-target) host date digest",signature=")" +
                                 text::base64_encode(key.sign(Algorithm::rsa_sha256, base)) + "\"");
}

TEST_CASE("a signed GET has no digest", "[crypto][signature]") {
  Message message;
  message.method = "get";
  message.body.clear();
  const auto headers = crypto::sign_cavage(message.request(), test_keys::rsa(), kKeyId, kNow);
  REQUIRE(headers.size() == 2);
  CHECK(headers[1].second.find(R"(headers="(request-target) host date",)") != std::string::npos);
  const auto modern = crypto::sign_rfc9421(message.request(), test_keys::rsa(), kKeyId, kNow);
  REQUIRE(modern.size() == 2);
  CHECK(
      modern[0].second ==
      R"x(sig1=("@method" "@target-uri");created=1795287600;keyid="https://peer.example/ap/users/1#main-key";alg="rsa-v1_5-sha256")x");
}

TEST_CASE("what we sign we verify: both schemes, both key types, GET and POST, with and without query",
          "[crypto][signature]") {
  for (const auto& key : {test_keys::rsa(), test_keys::ed25519()}) {
    for (const Scheme scheme : {Scheme::cavage, Scheme::rfc9421}) {
      for (const std::string_view method : {"get", "post"}) {
        for (const std::string_view target : {"/inbox", "/users/1?page=true&x=%C3%BC", "/"}) {
          Message message;
          message.method = method;
          message.target = target;
          if (method == "get") message.body.clear();
          message = signed_message(scheme, key, message);
          CHECK(outcome(message, key.public_key()) == 200);
          CHECK(outcome(message, PrivateKey::generate_ed25519().public_key()) == 401);
        }
      }
    }
  }
}

// 8.20, 8.22, 8.23
TEST_CASE("every forgery is refused with 401", "[crypto][signature]") {
  const auto key = test_keys::rsa();
  struct Case {
    std::string name;
    std::function<void(Message&)> change;
  };
  const std::vector<Case> common{
      {"changed body", [](Message& m) { m.body += " "; }},
      {"empty body", [](Message& m) { m.body.clear(); }},
      {"other method", [](Message& m) { m.method = "put"; }},
      {"other path", [](Message& m) { m.target = "/users/2/inbox"; }},
      {"query added", [](Message& m) { m.target += "?x"; }},
      {"host of another server", [](Message& m) { m.header("Host") = "evil.example"; }},
      {"another of our hosts", [](Message& m) { m.header("Host") = m.authority = "127.0.0.1:4001"; }},
      {"no Host", [](Message& m) { m.remove("Host"); }},
      {"two Hosts", [](Message& m) { m.headers.emplace_back("host", "home.example"); }},
  };
  const std::vector<Case> cavage{
      {"digest missing", [](Message& m) { m.remove("Digest"); }},
      {"digest of another body", [](Message& m) { m.header("Digest") = crypto::digest_header("x"); }},
      {"body and digest changed",
       [](Message& m) {
         m.body = "x";
         m.header("Digest") = crypto::digest_header("x");
       }},
      {"second digest", [](Message& m) { m.headers.emplace_back("Digest", crypto::digest_header("x")); }},
      {"date changed", [](Message& m) { m.header("Date") = "Sat, 21 Nov 2026 19:00:01 GMT"; }},
      {"date removed", [](Message& m) { m.remove("Date"); }},
      {"date malformed", [](Message& m) { m.header("Date") = "2026-11-21T19:00:00Z"; }},
  };
  const std::vector<Case> rfc9421{
      {"digest missing", [](Message& m) { m.remove("Content-Digest"); }},
      {"body and digest changed",
       [](Message& m) {
         m.body = "x";
         m.header("Content-Digest") = crypto::content_digest_header("x");
       }},
      {"created changed",
       [](Message& m) {
         m.header("Signature-Input") = text::replace_all(m.header("Signature-Input"), "1795287600", "1795287601");
       }},
      {"key id changed",
       [](Message& m) {
         m.header("Signature-Input") = text::replace_all(m.header("Signature-Input"), "users/1", "users/2");
       }},
  };
  for (const Scheme scheme : {Scheme::cavage, Scheme::rfc9421}) {
    const Message good = signed_message(scheme, key);
    REQUIRE(outcome(good, key.public_key()) == 200);
    for (const auto* list : {&common, scheme == Scheme::cavage ? &cavage : &rfc9421}) {
      for (const Case& c : *list) {
        // The last of the common ones changes nothing that draft-cavage without query covers twice.
        Message message = good;
        c.change(message);
        CAPTURE(c.name);
        const bool query_ignored = scheme == Scheme::cavage && c.name == "query added";
        CHECK(outcome(message, key.public_key()) == (query_ignored ? 200 : 401));
      }
    }
  }
}

TEST_CASE("a request without any signature is unauthorized", "[crypto][signature]") {
  Message message;
  message.headers = {{"Host", "home.example"}, {"Authorization", "Bearer x"}};
  CHECK_FALSE(crypto::has_signature(message.request()));
  CHECK(outcome(message, test_keys::rsa().public_key()) == 401);
}

// 8.21
TEST_CASE("the time window is 60 minutes ahead and 65 back", "[crypto][signature]") {
  const auto key = test_keys::rsa();
  for (const Scheme scheme : {Scheme::cavage, Scheme::rfc9421}) {
    const Message message = signed_message(scheme, key);
    CHECK(outcome(message, key.public_key(), kNow + 65min) == 200);
    CHECK(outcome(message, key.public_key(), kNow + 65min + 1s) == 401);
    CHECK(outcome(message, key.public_key(), kNow - 60min) == 200);
    CHECK(outcome(message, key.public_key(), kNow - 60min - 1s) == 401);
  }
}

// 8.24
TEST_CASE("a target signed without its query is accepted by draft-cavage only", "[crypto][signature]") {
  const auto key = test_keys::rsa();
  Message message;
  message.target = "/users/1/outbox?page=1";
  message.headers = crypto::sign_cavage(message.request(), key, kKeyId, kNow, false);
  message.headers.emplace_back("Host", message.authority);
  CHECK(outcome(message, key.public_key()) == 200);
  message.target = "/users/2/outbox?page=1";
  CHECK(outcome(message, key.public_key()) == 401);
}

// 8.25, R11
TEST_CASE("malformed cavage headers are bad requests", "[crypto][signature]") {
  const auto key = test_keys::rsa();
  const Message good = signed_message(Scheme::cavage, key);
  const std::string header = Message(good).header("Signature");
  for (const std::string& bad : std::vector<std::string>{
           "", "x", "keyId", "=", "keyId=\"a", header + ",keyId=\"b\"", header + ",algorithm=\"rsa-sha256\"",
           text::replace_all(header, "keyId", "key"), text::replace_all(header, "signature=", "sig="),
           text::replace_all(header, "rsa-sha256", "hmac-sha256"), text::replace_all(header, "rsa-sha256", "none"),
           text::replace_all(header, "signature=\"", "signature=\"!"),
           text::replace_all(header, "(request-target) host date digest", " "), header + std::string(9000, ' ') + "x=y",
           header + ",a=\"b\"c"}) {
    CAPTURE(bad.substr(0, 300));
    Message message = good;
    message.header("Signature") = bad;
    CHECK(outcome(message, key.public_key()) == 400);
  }
  Message twice = good;
  twice.headers.emplace_back("Signature", header);
  CHECK(outcome(twice, key.public_key()) == 400);
  Message both = good;
  both.headers.emplace_back("Authorization", "Signature " + header);
  CHECK(outcome(both, key.public_key()) == 400);
}

// 8.25
TEST_CASE("odd but honest cavage headers are accepted", "[crypto][signature]") {
  const auto key = test_keys::rsa();
  const Message good = signed_message(Scheme::cavage, key);
  const std::string header = Message(good).header("Signature");
  for (const std::string& odd :
       {"Signature " + header, "signature  " + header, text::replace_all(header, ",", " , "),
        text::replace_all(header, "algorithm=\"rsa-sha256\",", ""),
        text::replace_all(header, "\"rsa-sha256\"", "rsa-sha256"), text::replace_all(header, "rsa-sha256", "hs2019"),
        text::replace_all(header, "(request-target) host", "(Request-Target)  HOST"), header + ",opaque=\"x\","}) {
    CAPTURE(odd);
    Message message = good;
    message.header("Signature") = odd;
    CHECK(outcome(message, key.public_key()) == 200);
  }
  Message authorization = good;
  authorization.remove("Signature");
  authorization.headers.emplace_back("authorization", "Signature " + header);
  CHECK(outcome(authorization, key.public_key()) == 200);
}

// 8.20, 8.22
TEST_CASE("draft-cavage must cover target, host, a time and the digest", "[crypto][signature]") {
  const auto key = test_keys::rsa();
  CHECK(outcome(hand_signed(key, kUsual, "", Algorithm::rsa_sha256), key.public_key()) == 200);
  for (const std::string& left_out : kUsual) {
    CAPTURE(left_out);
    auto covered = kUsual;
    std::erase(covered, left_out);
    CHECK(outcome(hand_signed(key, covered, "", Algorithm::rsa_sha256), key.public_key()) == 401);
  }
}

// 8.19, 8.26
TEST_CASE("hs2019 may mean SHA-512, Ed25519 and created times", "[crypto][signature]") {
  const auto rsa = test_keys::rsa();
  const auto ed = test_keys::ed25519();
  const std::vector<std::string> with_created{"(request-target)", "host", "(created)", "(expires)", "digest"};
  const std::string times = "created=1795287600,expires=1795287900,";
  CHECK(outcome(hand_signed(rsa, kUsual, "algorithm=\"hs2019\",", Algorithm::rsa_sha512), rsa.public_key()) == 200);
  CHECK(outcome(hand_signed(rsa, kUsual, "algorithm=\"rsa-sha512\",", Algorithm::rsa_sha512), rsa.public_key()) == 200);
  CHECK(outcome(hand_signed(ed, kUsual, "algorithm=\"hs2019\",", Algorithm::ed25519), ed.public_key()) == 200);
  CHECK(outcome(hand_signed(rsa, with_created, "algorithm=\"hs2019\"," + times, Algorithm::rsa_sha256),
                rsa.public_key()) == 200);
  CHECK(outcome(hand_signed(rsa, with_created, times, Algorithm::rsa_sha256), rsa.public_key()) == 200);
  CHECK(outcome(hand_signed(rsa, with_created, times, Algorithm::rsa_sha256), rsa.public_key(), kNow + 301s) ==
        401);  // expired
  CHECK(outcome(hand_signed(rsa, with_created, "algorithm=\"rsa-sha256\"," + times, Algorithm::rsa_sha256),
                rsa.public_key()) == 401);
  CHECK(outcome(hand_signed(rsa, with_created, "algorithm=\"hs2019\",", Algorithm::rsa_sha256), rsa.public_key()) ==
        401);
  CHECK(outcome(hand_signed(rsa, with_created, "created=\"soon\",", Algorithm::rsa_sha256), rsa.public_key()) == 401);
  CHECK(
      outcome(hand_signed(rsa, with_created, "created=9223372036854775807,expires=1795287900,", Algorithm::rsa_sha256),
              rsa.public_key()) == 401);
}

TEST_CASE("a line break in a covered value cannot pose as another line", "[crypto][signature]") {
  const auto key = test_keys::rsa();
  Message message = signed_message(Scheme::cavage, key);
  message.target = "/inbox\nhost: home.example";
  CHECK(outcome(message, key.public_key()) == 401);
}

TEST_CASE("the example of draft-cavage-12 C.3 verifies", "[crypto][signature][vector]") {
  const auto key = crypto::PublicKey::from_pem(test_keys::kCavagePublic);
  REQUIRE(key);
  Message message{.method = "post",
                  .target = "/foo?param=value&pet=dog",
                  .authority = "example.com",
                  .body = R"({"hello": "world"})",
                  .headers = {}};
  message.headers = {
      {"Host", "example.com"},
      {"Date", "Sun, 05 Jan 2014 21:31:40 GMT"},
      {"Content-Type", "application/json"},
      {"Digest", "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE="},
      {"Content-Length", "18"},
      {"Signature",
       "keyId=\"Test\",algorithm=\"rsa-sha256\",headers=\"(request-target) host date content-type digest "
       "content-length\","
       "signature=\"vSdrb+dS3EceC9bcwHSo4MlyKS59iFIrhgYkz8+oVLEEzmYZZvRs8rgOp+63LEM3v+"
       "MFHB32NfpB2bEKBIvB1q52LaEUHFv120V01IL+TAD48XaERZFukWgHoBTLMhYS2Gb51gWxpeIq8knRmPnYePbF5MOkR0Zkly4zKH7s1dE=\""}};
  const std::vector<std::string> hosts{"example.com"};
  const Time then = *parse_http_date("Sun, 05 Jan 2014 21:31:40 GMT");
  const auto request = message.request();
  const auto parsed = crypto::parse_signatures(request);
  REQUIRE(parsed);
  CHECK(parsed->front().key_id == "Test");
  CHECK(crypto::signed_at(parsed->front(), request) == then);
  const auto verified = crypto::verify(parsed->front(), request, *key, {.own_hosts = hosts, .now = then});
  INFO((verified ? "" : verified.error().message));
  CHECK(verified);
}
