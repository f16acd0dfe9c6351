#pragma once

#include "dunlin/config/config.hpp"

#include <string_view>

namespace dunlin::service {

/// Whether this instance speaks with `host` at all ("host" or "host:port", as in ids): the one rule for the inbox, for
/// fetches and for deliveries. federation.mode "off": with nobody; "allowlist": with those of federation.allowlist.
bool may_federate(const config::Config& config, std::string_view host);

}  // namespace dunlin::service
