#pragma once

#include "dunlin/activitypub/known_signers.hpp"
#include "dunlin/api/call.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/crypto/http_signature.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::web {

/// Who signed, and by what it is proven.
struct Signer {
  model::Account account;
  model::AccountKey key;
  std::string signature;  // the bytes that verified
};

/// Who signed a request (federation.md 2.3, 2.5). What needs no key is judged by open(), so that a bad request costs
/// neither a fetch nor a statement.
class RequestSignature {
 public:
  /// `body` and the request outlive the result. Errors: bad_request, unauthorized.
  static Result<RequestSignature> open(const service::Environment& env, const http::Request& request,
                                       std::string_view body);

  /// The actor whose key verifies. A known key that fails is read again from its origin, at most every five minutes:
  /// commit also when this fails, or that is forgotten. Errors: need_remote; unauthorized; gone (the key's owner is
  /// deleted); remote_failed (the key could not be had now).
  Result<Signer> verify(const api::Call& call, db::Tx& tx) const;

  /// By the keys that this process remembers: the signer and the bytes that verified. Neither asks anybody nor says
  /// that the key still holds. nullopt: by none of them.
  struct Remembered {
    std::shared_ptr<const activitypub::KnownSigner> signer;
    std::string signature;
  };
  [[nodiscard]] std::optional<Remembered> verify_remembered(const activitypub::KnownSigners& signers) const;

  /// Whether the request has a signature at all, good or bad.
  static bool is_claimed(const http::Request& request);
  /// The keys that it names: unproven.
  [[nodiscard]] std::vector<std::string> key_ids() const;

  /// Signed by RFC 9421, not by draft-cavage.
  [[nodiscard]] bool is_rfc9421() const {
    return !signatures_.empty() && signatures_.front().scheme == crypto::SignatureScheme::rfc9421;
  }

 private:
  RequestSignature() = default;

  const http::Request* request_ = nullptr;
  std::string_view method_;
  std::string authority_;
  std::string scheme_;
  std::string_view body_;
  std::vector<crypto::ParsedSignature> signatures_;  // those that may hold
};

}  // namespace dunlin::web
