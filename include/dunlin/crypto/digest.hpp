#pragma once

#include "dunlin/base/result.hpp"

#include <string>
#include <string_view>

namespace dunlin::crypto {

/// Raw bytes: 32, 64, 32.
std::string sha256(std::string_view bytes);
std::string sha512(std::string_view bytes);
std::string hmac_sha256(std::string_view key, std::string_view bytes);

/// The lookup key of a random secret (access token, code, session): raw SHA-256. Secrets are long and random, so that
/// one round is enough; passwords take password.hpp.
std::string token_hash(std::string_view token);

/// `SHA-256=<base64>`: the value of a Digest field (RFC 3230 with RFC 5843), name in capitals as strict peers want it.
std::string digest_header(std::string_view body);
/// `sha-256=:<base64>:`: the value of a Content-Digest field (RFC 9530).
std::string content_digest_header(std::string_view body);

/// A Digest field must have a SHA-256 member (name in any case, among others) that equals the body's. Errors:
/// unauthorized.
Result<void> check_digest_header(std::string_view value, std::string_view body);
/// A Content-Digest field must have a sha-256 or sha-512 member, and each it has must equal the body's. Errors:
/// unauthorized.
Result<void> check_content_digest_header(std::string_view value, std::string_view body);

}  // namespace dunlin::crypto
