#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/crypto/key_pair.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Proofs inside of documents (FEP-8b32, eddsa-jcs-2022): over the plain JSON, so that nobody needs JSON-LD to check
/// them.
namespace dunlin::activitypub {

/// `document` (a JSON object) with a proof at its end. `key` is an Ed25519 key.
std::string add_proof(std::string document, std::string_view key_id, const crypto::PrivateKey& key, Time created);

/// A proof as received; nothing of it is true before verify().
class Proof {
 public:
  /// nullopt: the document has none of a suite that we know. Errors: bad_request (a document with a proof that two
  /// readers could understand in two ways; a proof from the future, or expired).
  static Result<std::optional<Proof>> read(std::string_view document, Time now);

  [[nodiscard]] const std::string& key_id() const { return key_id_; }
  /// When it was made, as it says.
  [[nodiscard]] Time created() const { return created_; }
  [[nodiscard]] bool verify(const crypto::PublicKey& key) const;

 private:
  std::string key_id_;
  Time created_{};
  std::string hashed_;  // what is signed
  std::string signature_;
};

}  // namespace dunlin::activitypub
