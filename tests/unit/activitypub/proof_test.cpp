#include "dunlin/activitypub/proof.hpp"

#include "dunlin/base/time_format.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace dunlin::activitypub {

using Json = nlohmann::json;

namespace {

// The key pair of the W3C's vectors (vc-di-eddsa, B.1).
const char* const kPublic = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";
const char* const kPrivate =
    "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIMlu+eoQxeQUxHFyOv+d5yw1+ltw+ul+iDLsrH0uK47W\n-----END PRIVATE "
    "KEY-----\n";
const Time kNow = parse_iso8601("2026-11-21T12:00:00Z").value();

crypto::PublicKey public_key() {
  return crypto::PublicKey::from_multibase(kPublic).value();
}
crypto::PrivateKey private_key() {
  return crypto::PrivateKey::from_pem(kPrivate).value();
}
bool holds(const std::string& document, const crypto::PublicKey& key = public_key()) {
  const auto proof = Proof::read(document, kNow);
  return proof && *proof && (*proof)->verify(key);
}

/// FEP-8b32, "signing document".
Json fep_document() {
  return {{"@context", {"https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v1"}},
          {"type", "Create"},
          {"actor", "https://server.example/users/alice"},
          {"object", {{"type", "Note"}, {"content", "Hello world"}}},
          {"proof",
           {{"type", "DataIntegrityProof"},
            {"cryptosuite", "eddsa-jcs-2022"},
            {"verificationMethod", "https://server.example/users/alice#ed25519-key"},
            {"proofPurpose", "assertionMethod"},
            {"proofValue", "z3sXaxjKs4M3BRicwWA9peyNPJvJqxtGsDmpt1jjoHCjgeUf71TRFz56osPSfDErszyLp5Ks1EhYSgpDaNM977Rg2"},
            {"created", "2023-02-24T23:36:38Z"}}}};
}

/// vc-di-eddsa B.2, eddsa-jcs-2022.
Json w3c_document() {
  const Json context = {"https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"};
  return {
      {"@context", context},
      {"id", "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33"},
      {"type", {"VerifiableCredential", "AlumniCredential"}},
      {"name", "Alumni Credential"},
      {"description", "A minimum viable example of an Alumni Credential."},
      {"issuer", "https://vc.example/issuers/5678"},
      {"validFrom", "2023-01-01T00:00:00Z"},
      {"credentialSubject", {{"id", "did:example:abcdefgh"}, {"alumniOf", "The School of Examples"}}},
      {"proof",
       {{"type", "DataIntegrityProof"},
        {"cryptosuite", "eddsa-jcs-2022"},
        {"created", "2023-02-24T23:36:38Z"},
        {"verificationMethod", std::string("did:key:") + kPublic + "#" + kPublic},
        {"proofPurpose", "assertionMethod"},
        {"@context", context},
        {"proofValue", "z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX"}}}};
}

}  // namespace

TEST_CASE("8.83: the vectors of FEP-8b32 and of the W3C verify, and not with one bit changed", "[activitypub][proof]") {
  for (Json document : {fep_document(), w3c_document()}) {
    CHECK(holds(document.dump()));
    document["type"] = "Update";
    CHECK_FALSE(holds(document.dump()));
  }
}

TEST_CASE("what we prove verifies, whatever else is in the document", "[activitypub][proof]") {
  const std::string document =
      R"({"@context":["https://www.w3.org/ns/activitystreams",{"sensitive":"as:sensitive"}],"id":"https://a.example/1",)"
      R"("type":"Create","n":1.50,"text":"quote \" and \u00e9 and \ud83d\ude00 and \n","empty":[],"none":null})";
  const auto proven = add_proof(document, "https://a.example/u#ed25519-key", private_key(), kNow);
  CHECK(holds(proven));
  const auto parsed = Json::parse(proven);
  CHECK(parsed["proof"]["@context"] == parsed["@context"]);
  CHECK(parsed["proof"]["created"] == "2026-11-21T12:00:00Z");
  CHECK(Proof::read(proven, kNow).value()->key_id() == "https://a.example/u#ed25519-key");
  auto signed_later = parsed;
  signed_later["signature"] = {{"type", "RsaSignature2017"}};
  CHECK(holds(signed_later.dump()));
  CHECK_FALSE(holds(proven, crypto::PrivateKey::generate_ed25519().public_key()));
}

TEST_CASE("no proof, or one of another suite, is none", "[activitypub][proof]") {
  auto document = fep_document();
  document["proof"]["cryptosuite"] = "mldsa44-jcs-2024";
  CHECK_FALSE(Proof::read(document.dump(), kNow).value());
  document.erase("proof");
  CHECK_FALSE(Proof::read(document.dump(), kNow).value());
  auto several = fep_document();
  several["proof"] = Json::array({{{"cryptosuite", "other"}}, several["proof"]});
  CHECK(holds(several.dump()));
}

TEST_CASE("a proof that is odd, or a document that two readers read in two ways, is refused", "[activitypub][proof]") {
  struct Attack {
    const char* name;
    std::function<void(Json&)> change;
  };
  const Attack kAttacks[] = {
      {"from the future", [](Json& d) { d["proof"]["created"] = "2026-11-21T14:00:00Z"; }},
      {"without a date", [](Json& d) { d["proof"].erase("created"); }},
      {"expired", [](Json& d) { d["proof"]["expires"] = "2026-01-01T00:00:00Z"; }},
      {"another purpose", [](Json& d) { d["proof"]["proofPurpose"] = "authentication"; }},
      {"another type", [](Json& d) { d["proof"]["type"] = "Ed25519Signature2020"; }},
      {"another context", [](Json& d) { d["proof"]["@context"] = "https://evil.example/"; }},
      {"no multibase", [](Json& d) { d["proof"]["proofValue"] = "abc"; }},
      {"a short signature", [](Json& d) { d["proof"]["proofValue"] = "z111"; }},
      {"a signature without end", [](Json& d) { d["proof"]["proofValue"] = "z" + std::string(5000, '2'); }},
      {"@graph", [](Json& d) { d["@graph"] = Json::array(); }},
      {"@reverse inside", [](Json& d) { d["object"]["@reverse"] = Json::object(); }},
      {"an alias of a property", [](Json& d) { d["as:actor"] = "https://evil.example/"; }},
      {"a property by its full name",
       [](Json& d) { d["https://www.w3.org/ns/activitystreams#object"] = "https://evil.example/"; }},
      {"a context that renames", [](Json& d) { d["@context"].push_back({{"actor", "as:summary"}}); }},
      {"a scoped context that renames",
       [](Json& d) { d["@context"].push_back({{"x", {{"@id", "ex:x"}, {"@context", {{"object", "as:tag"}}}}}}); }}};
  for (const Attack& attack : kAttacks) {
    CAPTURE(attack.name);
    auto document = fep_document();
    attack.change(document);
    CHECK_FALSE(Proof::read(document.dump(), kNow));
  }
}

}  // namespace dunlin::activitypub
