#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace dunlin {

/// From the system's secure generator. Throws when that fails.
std::string random_bytes(std::size_t count);
/// `bytes` random bytes as unpadded base64url: tokens, codes, nonces (32 bytes: 43 characters).
std::string random_token(std::size_t bytes = 32);
/// Uniform in [0, bound); not for secrets (jitter, sampling).
std::uint64_t random_below(std::uint64_t bound);

}  // namespace dunlin
