#pragma once

#include "dunlin/base/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Time-based one-time passwords (RFC 6238): SHA-1, six digits, steps of 30 s, as every authenticator app has them.
namespace dunlin::crypto {

std::int64_t totp_step(Time time);
std::string totp_code(std::string_view secret, std::int64_t step);
/// The step whose code this is, one before or after now allowed, but later than `used`; nullopt: none.
std::optional<std::int64_t> match_totp(std::string_view secret, std::string_view code, Time now, std::int64_t used);

/// RFC 4648 6, without padding: how secrets are typed into apps.
std::string base32_encode(std::string_view bytes);

}  // namespace dunlin::crypto
