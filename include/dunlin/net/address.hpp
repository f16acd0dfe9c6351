#pragma once

#include "dunlin/base/result.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::net {

/// An IPv4 or IPv6 address. An IPv4-mapped IPv6 address (::ffff:a.b.c.d) is the IPv4 address: one spelling, one rule.
class IpAddress {
 public:
  /// Strict dotted quad or RFC 4291 text, without brackets, zone or port.
  static std::optional<IpAddress> parse(std::string_view text);
  static IpAddress v4(const std::array<std::uint8_t, 4>& bytes);
  static IpAddress v6(const std::array<std::uint8_t, 16>& bytes);

  [[nodiscard]] bool is_v4() const { return v4_; }
  /// IPv4 in its mapped form.
  [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  [[nodiscard]] std::string str() const;

  friend bool operator==(const IpAddress&, const IpAddress&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
  bool v4_ = false;
};

/// A set of address ranges, each "address" or "address/bits".
class CidrSet {
 public:
  CidrSet() = default;
  /// Errors: invalid, naming the range.
  static Result<CidrSet> parse(const std::vector<std::string>& ranges);

  [[nodiscard]] bool contains(const IpAddress& address) const;
  [[nodiscard]] bool empty() const { return ranges_.empty(); }

 private:
  struct Range {
    std::array<std::uint8_t, 16> prefix;
    int bits;  // of the 128; IPv4 ranges count from the mapped form
  };
  std::vector<Range> ranges_;
};

/// Global unicast: what an outgoing request may reach without an exception (federation.md 6.2 R1). Addresses that carry
/// an IPv4 address are judged by it (NAT64) or refused (6to4, Teredo).
bool is_public(const IpAddress& address);

}  // namespace dunlin::net
