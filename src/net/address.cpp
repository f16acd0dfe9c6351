#include "dunlin/net/address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <stdexcept>

namespace dunlin::net {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool shares_prefix(const std::array<std::uint8_t, 16>& a, const std::array<std::uint8_t, 16>& b, int bits) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin())) return false;
  const int rest = bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xffU << static_cast<unsigned>(8 - rest));
  return (a[whole] & mask) == (b[whole] & mask);
}

CidrSet known(const std::vector<std::string>& ranges) {
  auto set = CidrSet::parse(ranges);
  if (!set) throw std::logic_error(set.error().message);
  return *std::move(set);
}

bool is_public_v4(const IpAddress& address) {
  static const CidrSet refused =
      known({"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
             "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
             "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"});
  return !refused.contains(address);
}

}  // namespace

IpAddress IpAddress::v4(const std::array<std::uint8_t, 4>& bytes) {
  IpAddress address;
  std::ranges::copy(kMappedPrefix, address.bytes_.begin());
  std::ranges::copy(bytes, address.bytes_.begin() + 12);
  address.v4_ = true;
  return address;
}

IpAddress IpAddress::v6(const std::array<std::uint8_t, 16>& bytes) {
  IpAddress address;
  address.bytes_ = bytes;
  address.v4_ = std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin());
  return address;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.empty() || text.size() >= INET6_ADDRSTRLEN) return std::nullopt;
  const std::string terminated(text);
  std::array<std::uint8_t, 4> four{};
  if (inet_pton(AF_INET, terminated.c_str(), four.data()) == 1) return v4(four);
  std::array<std::uint8_t, 16> six{};
  if (inet_pton(AF_INET6, terminated.c_str(), six.data()) == 1) return v6(six);
  return std::nullopt;
}

std::string IpAddress::str() const {
  char text[INET6_ADDRSTRLEN];
  if (v4_) {
    inet_ntop(AF_INET, bytes_.data() + 12, text, sizeof text);
  } else {
    inet_ntop(AF_INET6, bytes_.data(), text, sizeof text);
  }
  return text;
}

Result<CidrSet> CidrSet::parse(const std::vector<std::string>& ranges) {
  CidrSet set;
  for (const std::string& text : ranges) {
    const auto slash = text.find('/');
    const auto address = IpAddress::parse(std::string_view(text).substr(0, slash));
    if (!address) return fail(Errc::invalid, "'" + text + "' is not an address or a range such as 10.0.0.0/8");
    // Whether the count of bits is of 32 or of 128 follows from how the address was written.
    const bool dotted = text.find(':') == std::string::npos;
    const int most = dotted ? 32 : 128;
    int bits = most;
    if (slash != std::string::npos) {
      const char* begin = text.data() + slash + 1;
      const char* end = text.data() + text.size();
      const auto [stop, ec] = std::from_chars(begin, end, bits);
      if (ec != std::errc{} || stop != end || bits < 0 || bits > most) {
        return fail(Errc::invalid, "'" + text + "' has a prefix length that is not 0 to " + std::to_string(most));
      }
    }
    set.ranges_.push_back({address->bytes(), dotted ? bits + 96 : bits});
  }
  return set;
}

bool CidrSet::contains(const IpAddress& address) const {
  return std::ranges::any_of(
      ranges_, [&](const Range& range) { return shares_prefix(address.bytes(), range.prefix, range.bits); });
}

bool is_public(const IpAddress& address) {
  if (address.is_v4()) return is_public_v4(address);
  static const CidrSet nat64 = known({"64:ff9b::/96"});
  if (nat64.contains(address)) {
    const auto& b = address.bytes();
    return is_public_v4(IpAddress::v4({b[12], b[13], b[14], b[15]}));
  }
  // Only 2000::/3 is handed out as global unicast; within it, 2001::/23 (Teredo, ORCHID, benchmarking), 6to4 and the
  // documentation prefixes are not for us. All of ::/96, 100::/64, fc00::/7, fe80::/10, fec0::/10, ff00::/8 and
  // 64:ff9b:1::/48 lies outside.
  static const CidrSet global = known({"2000::/3"});
  static const CidrSet refused = known({"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"});
  return global.contains(address) && !refused.contains(address);
}

}  // namespace dunlin::net
