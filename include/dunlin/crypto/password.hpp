#pragma once

#include "dunlin/base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace dunlin::crypto {

/// 72 characters of up to 4 bytes.
inline constexpr std::size_t kMaxPasswordBytes = 288;

/// argon2id (19 MiB, t=2, p=1) as a PHC string. About 20 ms and 19 MiB: not inside a transaction, few at once.
/// Errors: invalid (empty or too long).
Result<std::string> hash_password(std::string_view password);

/// False for a wrong password and for anything that is not an argon2id PHC string with sane costs. A hash in the
/// database comes from us; the limits keep an imported one from taking the machine's memory.
bool verify_password(std::string_view password, std::string_view phc);

/// Made with other costs than hash_password takes today: hash again at the next sign-in.
bool needs_rehash(std::string_view phc);

}  // namespace dunlin::crypto
