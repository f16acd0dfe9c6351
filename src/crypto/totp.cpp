#include "dunlin/crypto/totp.hpp"

#include "dunlin/base/text.hpp"

#include <fmt/core.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <chrono>
#include <stdexcept>

namespace dunlin::crypto {

namespace {

constexpr std::int64_t kStepSeconds = 30;

std::array<unsigned char, 20> hmac_sha1(std::string_view key, std::string_view message) {
  std::array<unsigned char, 20> out{};
  unsigned length = 0;
  const auto* done = HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()),
                          reinterpret_cast<const unsigned char*>(message.data()), message.size(), out.data(), &length);
  if (done == nullptr || length != out.size()) throw std::runtime_error("HMAC-SHA-1 failed");
  return out;
}

}  // namespace

std::int64_t totp_step(Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count() / kStepSeconds;
}

std::string totp_code(std::string_view secret, std::int64_t step) {
  std::string counter(8, '\0');
  for (std::size_t i = 0; i < counter.size(); ++i) {
    counter[i] = static_cast<char>((static_cast<std::uint64_t>(step) >> (8U * (7U - i))) & 0xffU);
  }
  const auto digest = hmac_sha1(secret, counter);
  const std::size_t offset = digest.back() & 0x0fU;
  const std::uint32_t number = ((digest[offset] & 0x7fU) << 24U) |
                               (static_cast<std::uint32_t>(digest[offset + 1]) << 16U) |
                               (static_cast<std::uint32_t>(digest[offset + 2]) << 8U) | digest[offset + 3];
  return fmt::format("{:06}", number % 1'000'000U);
}

std::optional<std::int64_t> match_totp(std::string_view secret, std::string_view code, Time now, std::int64_t used) {
  const std::int64_t current = totp_step(now);
  for (std::int64_t step = current - 1; step <= current + 1; ++step) {
    if (step > used && text::equals_constant_time(totp_code(secret, step), code)) return step;
  }
  return std::nullopt;
}

std::string base32_encode(std::string_view bytes) {
  static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  std::uint32_t buffer = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    buffer = (buffer << 8U) | static_cast<unsigned char>(c);
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += kAlphabet[(buffer >> bits) & 0x1fU];
    }
  }
  if (bits > 0) out += kAlphabet[(buffer << (5U - bits)) & 0x1fU];
  return out;
}

}  // namespace dunlin::crypto
