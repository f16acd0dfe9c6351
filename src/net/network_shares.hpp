#pragma once

#include "dunlin/net/address.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <mutex>

namespace dunlin::net {

/// How many connections each network has: nobody may take all there are. A network is an IPv4 address or the /64 of an
/// IPv6 address, which is what one customer gets. Any thread may call.
class NetworkShares {
 public:
  /// False: this one would be more than `most`. Otherwise leave() ends it.
  bool enter(const IpAddress& address, int most);
  void leave(const IpAddress& address);

 private:
  using Network = std::array<std::uint8_t, 16>;
  static Network network_of(const IpAddress& address);

  std::mutex mutex_;
  std::map<Network, int> counts_;
};

}  // namespace dunlin::net
