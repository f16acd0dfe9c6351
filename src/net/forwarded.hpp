#pragma once

#include "dunlin/http/message.hpp"
#include "dunlin/net/address.hpp"

#include <optional>
#include <string>

namespace dunlin::net {

/// The client's address: X-Forwarded-For read from the right, as far as trusted proxies vouch for it. `peer` is empty
/// on a unix socket, which is trusted. X-Forwarded-Proto and -Host mean nothing to us: our origin is configured.
std::string client_address(const std::optional<IpAddress>& peer, const http::Headers& headers, const CidrSet& trusted);

}  // namespace dunlin::net
