#pragma once

#include "dunlin/db/tx.hpp"

#include <memory>

namespace dunlin::jobs {

/// That this process works on the queues, known to others on the same database by a lock that PostgreSQL drops when the
/// process dies. Keep it as long as the pumps run.
class Presence {
 public:
  /// Announces this process on `session`, which it keeps. When nobody else is there, whatever is still leased belonged
  /// to a process that died: it is free at once instead of when its lease lapses.
  explicit Presence(std::unique_ptr<db::Session> session);

  /// Nobody else worked on the queues when we came.
  [[nodiscard]] bool was_alone() const { return was_alone_; }

 private:
  std::unique_ptr<db::Session> session_;
  bool was_alone_ = false;
};

}  // namespace dunlin::jobs
