#pragma once

#include "dunlin/db/tx.hpp"

#include <span>
#include <string>
#include <vector>

namespace dunlin::jobs {

/// Of these hosts, those that deliveries have found unavailable or gone.
std::vector<std::string> list_silent_hosts(db::Tx& tx, std::span<const std::string> hosts);

}  // namespace dunlin::jobs
