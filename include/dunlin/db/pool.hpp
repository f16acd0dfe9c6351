#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/db/tx.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace dunlin::db {

class ChangeListener;

struct ConnectionOptions {
  std::string url;  // libpq URI or key=value string
  std::chrono::milliseconds statement_timeout{15'000};
  std::chrono::milliseconds connect_timeout{5'000};
  ChangeListener* changes = nullptr;  // hears what transactions changed; outlives the sessions
};

/// Opens a session; it connects at its first use, so a database that is away is an Unavailable then, not here. After a
/// lost connection the next use tries again, at most once a second.
std::unique_ptr<Session> make_session(const ConnectionOptions& options, const Clock& clock);

}  // namespace dunlin::db
