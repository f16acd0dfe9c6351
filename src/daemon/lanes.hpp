#pragma once

#include "dunlin/config/config.hpp"
#include "dunlin/http/message.hpp"
#include "dunlin/net/workers.hpp"

namespace dunlin::daemon {

net::WorkersOptions workers_options(const config::Config& config);
/// Where a request that only reads is answered.
net::Lane lane_of_read(const config::Config& config, const http::Request& request);

}  // namespace dunlin::daemon
