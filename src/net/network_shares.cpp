#include "network_shares.hpp"

#include <algorithm>
#include <cstddef>

namespace dunlin::net {

NetworkShares::Network NetworkShares::network_of(const IpAddress& address) {
  constexpr std::size_t kPrefix = 8;
  Network network = address.bytes();
  if (!address.is_v4()) std::fill(network.begin() + kPrefix, network.end(), std::uint8_t{0});
  return network;
}

bool NetworkShares::enter(const IpAddress& address, int most) {
  const auto network = network_of(address);
  const std::lock_guard lock(mutex_);
  const auto at = counts_.try_emplace(network, 0).first;
  if (at->second >= most) return false;
  ++at->second;
  return true;
}

void NetworkShares::leave(const IpAddress& address) {
  const std::lock_guard lock(mutex_);
  const auto at = counts_.find(network_of(address));
  if (at != counts_.end() && --at->second <= 0) counts_.erase(at);
}

}  // namespace dunlin::net
