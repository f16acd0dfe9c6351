#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"

#include <cstdint>
#include <memory>
#include <utility>

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

/// Whether no process works on the queues. Until the transaction ends none that comes begins to.
bool is_nobody_present(db::Tx& tx);

/// The number that tells the ids of this process from those of others on the same database; a lock holds it, as above.
class NodeNumber {
 public:
  /// The least free one but 1, which short-lived commands share. Errors: conflict when all are taken.
  static Result<NodeNumber> claim(std::unique_ptr<db::Session> session);
  [[nodiscard]] std::uint8_t value() const { return value_; }

 private:
  NodeNumber(std::unique_ptr<db::Session> session, std::uint8_t value) : session_(std::move(session)), value_(value) {}
  std::unique_ptr<db::Session> session_;
  std::uint8_t value_;
};

/// Whether some process holds this number now. Holds it for itself until the transaction ends when none does.
bool is_number_taken(db::Tx& tx, std::uint8_t number);

}  // namespace dunlin::jobs
