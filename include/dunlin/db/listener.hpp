#pragma once

#include "dunlin/db/pool.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::db {

/// One connection that hears what is notified on one channel. Used by one thread.
class Listener {
 public:
  virtual ~Listener() = default;
  /// What was notified since the last call; waits at most `limit` for it. Throws Unavailable: then it is of no more
  /// use.
  virtual std::vector<std::string> wait(std::chrono::milliseconds limit) = 0;
};

/// `channel`: an identifier. Hears all that is committed after this returns. Throws Unavailable.
std::unique_ptr<Listener> make_listener(const ConnectionOptions& options, std::string_view channel);

}  // namespace dunlin::db
