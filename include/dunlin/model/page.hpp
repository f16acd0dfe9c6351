#pragma once

#include <cstdint>
#include <limits>
#include <optional>

namespace dunlin::model {

/// A window on a list that runs from the newest to the oldest id (client-api.md 1.6). Ids need not exist.
struct Page {
  std::optional<std::int64_t> max_id;    // only ids below
  std::optional<std::int64_t> since_id;  // only ids above; the newest such
  std::optional<std::int64_t> min_id;    // only ids above; the ones right above. Wins over since_id
  int limit = 20;

  [[nodiscard]] std::int64_t below() const { return max_id.value_or(std::numeric_limits<std::int64_t>::max()); }
  [[nodiscard]] std::int64_t above() const { return min_id ? *min_id : since_id.value_or(0); }
  /// The page right above min_id is asked for: read upwards, then turn round.
  [[nodiscard]] bool upwards() const { return min_id.has_value(); }
};

}  // namespace dunlin::model
