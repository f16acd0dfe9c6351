#pragma once

#include "dunlin/db/tx.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::db {

/// What a transaction changed of that which caches are made of, as a trigger of the schema told it.
struct Change {
  enum class Kind : char {
    status = 's',    // what is shown of it; it may be gone
    counters = 'n',  // of a status
    account = 'a',   // what is shown of it; it may be gone
    numbers = 'b',   // of an account
    viewer = 'v',    // what this account sees differently from others: marks, relations
    filters = 'f',   // of this account
    token = 't',     // revoked or gone
    user = 'u',      // the login
    cards = 'c',     // of many statuses
    emojis = 'e',    // any
    everything = 'x',
  };
  Kind kind = Kind::everything;
  std::int64_t id = 0;  // 0 where the kind needs none

  friend bool operator==(const Change&, const Change&) = default;
  /// "s123".
  [[nodiscard]] std::string str() const;
  /// nullopt: no such thing.
  static std::optional<Change> parse(std::string_view text);
};

/// Who must know of changes. One object for all sessions; any thread calls it.
class ChangeListener {
 public:
  virtual ~ChangeListener() = default;
  /// Within the transaction that made them, each once, before its commit. What must follow the commit is for
  /// tx.after_commit(), where it comes before what others registered.
  virtual void changed(Tx& tx, const std::vector<Change>& changes) = 0;
  /// The connection was lost during a commit: whether it happened, or still will, nobody knows, and nothing follows it.
  /// Or it did happen, and something that must follow failed.
  virtual void in_doubt() = 0;
};

}  // namespace dunlin::db
