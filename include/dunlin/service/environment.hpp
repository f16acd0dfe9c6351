#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"
#include "dunlin/config/config.hpp"

namespace dunlin::service {

class Federation;

/// What every service needs; made once in daemon/application.cpp and passed by reference.
struct Environment {
  const Clock& clock;
  IdGenerator& ids;
  const config::Config& config;
  Federation& federation;
};

}  // namespace dunlin::service
