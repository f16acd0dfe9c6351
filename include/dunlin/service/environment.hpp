#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"
#include "dunlin/config/config.hpp"
#include "dunlin/jobs/queue.hpp"

namespace dunlin::service {

class Events;
class Federation;

/// What every service needs; made once in daemon/application.cpp and passed by reference.
struct Environment {
  const Clock& clock;
  IdGenerator& ids;
  const config::Config& config;
  Federation& federation;
  const jobs::Queue& queue;  // for work that comes later: committed with what causes it
  Events& events;            // service/events.hpp
};

}  // namespace dunlin::service
