#include "dunlin/activitypub/proof.hpp"

#include "dunlin/base/time_format.hpp"
#include "dunlin/crypto/base58.hpp"
#include "dunlin/crypto/digest.hpp"
#include "dunlin/json/canonical.hpp"
#include "dunlin/json/parse.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <ranges>
#include <string>
#include <utility>

namespace dunlin::activitypub {

using nlohmann::json;

namespace {

constexpr std::string_view kSuite = "eddsa-jcs-2022";
constexpr std::size_t kSignatureBytes = 64;
constexpr std::size_t kMaxSignatureText = 128;
constexpr std::chrono::hours kMaxAhead{1};

/// Words that an inline context must not give another meaning: the reader of plain JSON and the one of JSON-LD would
/// see two documents.
constexpr std::string_view kFixedWords[] = {"id",      "type",   "actor",     "object",  "attributedTo",
                                            "to",      "cc",     "audience",  "target",  "inReplyTo",
                                            "content", "@graph", "@included", "@reverse"};

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool redefines(const json& context) {
  if (context.is_array()) return std::ranges::any_of(context, redefines);
  if (!context.is_object()) return false;
  return std::ranges::any_of(context.items(), [](const auto& member) {
    if (std::ranges::find(kFixedWords, member.key()) != std::ranges::end(kFixedWords)) return true;
    const auto scoped = member.value().is_object() ? member.value().find("@context") : member.value().end();
    return member.value().is_object() && scoped != member.value().end() && redefines(*scoped);
  });
}

/// No member whose name means something else to us than to the signer: keywords, and terms in a longer spelling.
bool is_plain(const json& value) {
  if (value.is_array()) return std::ranges::all_of(value, is_plain);
  if (!value.is_object()) return true;
  return std::ranges::all_of(value.items(), [](const auto& member) {
    const std::string& name = member.key();
    if (name == "@context") return !redefines(member.value());
    if (name.starts_with('@') || name.starts_with("as:") || name.starts_with("http")) return false;
    return is_plain(member.value());
  });
}

/// The context of the proof is the document's, or a beginning of it.
bool is_same_context(const json& proof, const json& document) {
  const auto of_proof = proof.find("@context");
  if (of_proof == proof.end()) return true;
  const auto of_document = document.find("@context");
  if (of_document == document.end()) return false;
  if (*of_proof == *of_document) return true;
  if (!of_document->is_array()) return false;
  if (!of_proof->is_array()) return !of_document->empty() && of_document->front() == *of_proof;
  return of_proof->size() <= of_document->size() &&
         std::ranges::equal(*of_proof, *of_document | std::views::take(of_proof->size()));
}

/// The first proof of a suite that we know.
json take_proof(const json& document) {
  const auto found = document.find("proof");
  if (found == document.end()) return {};
  const auto is_known = [](const json& proof) { return proof.is_object() && text_of(proof, "cryptosuite") == kSuite; };
  if (is_known(*found)) return *found;
  if (!found->is_array()) return {};
  const auto known = std::ranges::find_if(*found, is_known);
  return known == found->end() ? json() : *known;
}

std::string hash(const json& options, json document) {
  document.erase("proof");
  document.erase("signature");  // a Linked Data Signature is made over the rest, later
  return crypto::sha256(dunlin::json::canonical(options)) + crypto::sha256(dunlin::json::canonical(document));
}

}  // namespace

std::string add_proof(std::string document, std::string_view key_id, const crypto::PrivateKey& key, Time created) {
  const json parsed = json::parse(document);
  json options = {{"type", "DataIntegrityProof"},
                  {"cryptosuite", kSuite},
                  {"verificationMethod", key_id},
                  {"proofPurpose", "assertionMethod"},
                  {"created", format_iso8601(std::chrono::floor<std::chrono::seconds>(created)).substr(0, 19) + "Z"}};
  if (const auto context = parsed.find("@context"); context != parsed.end()) options["@context"] = *context;
  const auto signature = key.sign(crypto::SignatureAlgorithm::ed25519, hash(options, parsed));
  options["proofValue"] = "z" + crypto::base58_encode(signature);
  document.pop_back();  // the closing brace
  document += ",\"proof\":" + options.dump() + "}";
  return document;
}

Result<std::optional<Proof>> Proof::read(std::string_view text, Time now) {
  const auto document = TRY(dunlin::json::parse(text));
  if (!document.is_object()) return std::optional<Proof>();
  json options = take_proof(document);
  if (!options.is_object()) return std::optional<Proof>();
  const auto refused = [](const char* why) { return fail(Errc::bad_request, "The proof is not acceptable", why); };
  if (text_of(options, "type") != "DataIntegrityProof" || text_of(options, "proofPurpose") != "assertionMethod") {
    return refused("its type or purpose is another one");
  }
  const auto created = parse_iso8601(text_of(options, "created"));
  if (!created || *created > now + kMaxAhead) return refused("made in the future");
  if (options.contains("expires")) {
    const auto expires = parse_iso8601(text_of(options, "expires"));
    if (!expires || *expires <= now) return refused("expired");
  }
  if (!is_same_context(options, document)) return refused("made for another context");
  json without = document;
  without.erase("proof");
  without.erase("signature");
  if (!is_plain(without)) return refused("the document can be read in two ways");
  const auto value = text_of(options, "proofValue");
  if (!value.starts_with('z') || value.size() > kMaxSignatureText) return refused("no multibase value");
  auto signature = crypto::base58_decode(std::string_view(value).substr(1));
  if (!signature || signature->size() != kSignatureBytes) return refused("no signature of 64 bytes");
  Proof proof;
  proof.created_ = *created;
  proof.key_id_ = text_of(options, "verificationMethod");
  proof.signature_ = std::move(*signature);
  options.erase("proofValue");
  proof.hashed_ = hash(options, document);
  return std::optional(std::move(proof));
}

bool Proof::verify(const crypto::PublicKey& key) const {
  return key.type() == crypto::KeyType::ed25519 && key.verify(crypto::SignatureAlgorithm::ed25519, hashed_, signature_);
}

}  // namespace dunlin::activitypub
