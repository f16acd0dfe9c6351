#include "dunlin/crypto/password.hpp"

#include "dunlin/base/random.hpp"
#include "dunlin/base/text.hpp"

#include <argon2.h>

#include <charconv>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

namespace dunlin::crypto {
namespace {

struct Costs {
  std::uint32_t memory_kib = 19 * 1024;
  std::uint32_t passes = 2;
  std::uint32_t lanes = 1;
  bool operator==(const Costs&) const = default;
};

constexpr Costs kCosts;
constexpr Costs kMaxCosts{.memory_kib = 256 * 1024, .passes = 16, .lanes = 8};
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;

std::optional<std::uint32_t> read_cost(std::string_view part, std::string_view name) {
  if (!part.starts_with(name)) return std::nullopt;
  part.remove_prefix(name.size());
  std::uint32_t value = 0;
  const auto [end, ec] = std::from_chars(part.data(), part.data() + part.size(), value);
  if (ec != std::errc{} || end != part.data() + part.size()) return std::nullopt;
  return value;
}

/// $argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>
std::optional<Costs> read_costs(std::string_view phc) {
  const auto parts = text::split(phc, '$');
  if (phc.size() > 512 || parts.size() != 6 || parts[1] != "argon2id") return std::nullopt;
  const auto costs = text::split(parts[3], ',');
  if (costs.size() != 3) return std::nullopt;
  const auto memory = read_cost(costs[0], "m=");
  const auto passes = read_cost(costs[1], "t=");
  const auto lanes = read_cost(costs[2], "p=");
  if (!memory || !passes || !lanes) return std::nullopt;
  return Costs{.memory_kib = *memory, .passes = *passes, .lanes = *lanes};
}

}  // namespace

Result<std::string> hash_password(std::string_view password) {
  if (password.empty() || password.size() > kMaxPasswordBytes) {
    return fail(Errc::invalid, "The password must have 1 to " + std::to_string(kMaxPasswordBytes) + " bytes");
  }
  const std::string salt = random_bytes(kSaltBytes);
  std::string phc(argon2_encodedlen(kCosts.passes, kCosts.memory_kib, kCosts.lanes, kSaltBytes, kHashBytes, Argon2_id),
                  '\0');
  const int rc = argon2id_hash_encoded(kCosts.passes, kCosts.memory_kib, kCosts.lanes, password.data(), password.size(),
                                       salt.data(), salt.size(), kHashBytes, phc.data(), phc.size());
  if (rc != ARGON2_OK) throw std::runtime_error(std::string("argon2id failed: ") + argon2_error_message(rc));
  phc.resize(phc.find('\0'));
  return phc;
}

bool verify_password(std::string_view password, std::string_view phc) {
  if (password.empty() || password.size() > kMaxPasswordBytes) return false;
  const auto costs = read_costs(phc);
  if (!costs || costs->memory_kib > kMaxCosts.memory_kib || costs->passes > kMaxCosts.passes ||
      costs->lanes > kMaxCosts.lanes) {
    return false;
  }
  const std::string terminated(phc);
  return argon2id_verify(terminated.c_str(), password.data(), password.size()) == ARGON2_OK;
}

bool needs_rehash(std::string_view phc) {
  return read_costs(phc) != kCosts;
}

}  // namespace dunlin::crypto
