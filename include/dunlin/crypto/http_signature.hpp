#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/crypto/key_pair.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// HTTP signatures over plain strings, no I/O: draft-cavage-12 and RFC 9421 (federation.md 2.2 to 2.5).
namespace dunlin::crypto {

/// What of a request takes part in a signature. Views: the request must outlive it.
struct SignedRequest {
  std::string_view method;     // lower case
  std::string_view target;     // path[?query] as on the wire, never decoded
  std::string_view scheme;     // "https": ours as configured (inbound) or the URL's (outbound)
  std::string_view authority;  // host[:port]: ours as configured (inbound) or the URL's (outbound)
  std::vector<std::pair<std::string_view, std::string_view>> headers;  // names in any case; not read when signing
  std::string_view body;
};

using HeaderList = std::vector<std::pair<std::string, std::string>>;

/// The fields to add, Host apart, which must be `request.authority`: Date, Digest (unless GET or HEAD), Signature.
/// `sign_query = false` leaves the query out of the signed target: the second try at peers that verify the path only.
HeaderList sign_cavage(const SignedRequest& request, const PrivateKey& key, std::string_view key_id, Time now,
                       bool sign_query = true);
/// The fields to add: Content-Digest (unless GET or HEAD), Signature-Input, Signature.
HeaderList sign_rfc9421(const SignedRequest& request, const PrivateKey& key, std::string_view key_id, Time now);

enum class SignatureScheme : std::uint8_t { cavage, rfc9421 };

/// One signature as received. Untrusted until verified.
struct ParsedSignature {
  SignatureScheme scheme = SignatureScheme::cavage;
  std::string label;  // RFC 9421
  std::string key_id;
  std::vector<std::string>
      components;  // "(request-target)", "@method", "date", ...; with parameters as "name;key=value"
  std::optional<std::int64_t> created;  // seconds since the epoch
  std::optional<std::int64_t> expires;
  std::string algorithm;   // lower case; empty when absent
  std::string signature;   // bytes
  std::string parameters;  // RFC 9421: the value of @signature-params
};

/// Whether the request claims a signature of either scheme.
bool has_signature(const SignedRequest& request);

/// One signature for draft-cavage, one to three for RFC 9421 (chosen when Signature-Input is present): verify in order
/// until one holds. Errors: bad_request; unauthorized when there is none.
Result<std::vector<ParsedSignature>> parse_signatures(const SignedRequest& request);

struct VerifyContext {
  std::span<const std::string> own_hosts;  // what Host may say, lower case, `host[:port]`
  Time now;
};

/// Everything that needs no key: coverage, host, time window, digest. Call it before a key is fetched. Errors:
/// unauthorized.
Result<void> check_before_key(const ParsedSignature& signature, const SignedRequest& request,
                              const VerifyContext& context);
/// The signature itself; repeat it with a refreshed key when a cached one fails. Errors: unauthorized.
Result<void> check_with_key(const ParsedSignature& signature, const SignedRequest& request, const PublicKey& key);
/// Both.
Result<void> verify(const ParsedSignature& signature, const SignedRequest& request, const PublicKey& key,
                    const VerifyContext& context);

/// When the sender says it signed: `created`, else the Date field. For the log of clock skew per host.
std::optional<Time> signed_at(const ParsedSignature& signature, const SignedRequest& request);

/// The text that is signed. Errors: unauthorized when a covered component is missing or unknown.
Result<std::string> signature_base(const ParsedSignature& signature, const SignedRequest& request,
                                   bool with_query = true);

}  // namespace dunlin::crypto
