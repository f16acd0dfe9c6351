#include "dunlin/crypto/base58.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace dunlin::crypto {
namespace {

constexpr std::string_view kAlphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// The number whose digits in base `from` are `digits`, in base `to`, both big-endian; zeros in front stay zeros.
std::vector<std::uint8_t> convert(const std::vector<std::uint8_t>& digits, unsigned from, unsigned to) {
  const auto first = std::ranges::find_if(digits, [](std::uint8_t d) { return d != 0; });
  std::vector<std::uint8_t> out;  // little-endian until the end
  for (auto it = first; it != digits.end(); ++it) {
    unsigned carry = *it;
    for (std::uint8_t& digit : out) {
      carry += digit * from;
      digit = static_cast<std::uint8_t>(carry % to);
      carry /= to;
    }
    for (; carry > 0; carry /= to) out.push_back(static_cast<std::uint8_t>(carry % to));
  }
  out.resize(out.size() + static_cast<std::size_t>(first - digits.begin()), 0);
  std::ranges::reverse(out);
  return out;
}

}  // namespace

std::string base58_encode(std::string_view bytes) {
  std::string out;
  for (const auto digit : convert({bytes.begin(), bytes.end()}, 256, 58)) out += kAlphabet[digit];
  return out;
}

std::optional<std::string> base58_decode(std::string_view text) {
  std::vector<std::uint8_t> digits;
  for (const char c : text) {
    const auto at = kAlphabet.find(c);
    if (at == std::string_view::npos) return std::nullopt;
    digits.push_back(static_cast<std::uint8_t>(at));
  }
  const auto bytes = convert(digits, 58, 256);
  return std::string(bytes.begin(), bytes.end());
}

}  // namespace dunlin::crypto
