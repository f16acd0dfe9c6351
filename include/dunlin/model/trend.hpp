#pragma once

#include "dunlin/base/clock.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace dunlin::model {

/// How much a hashtag or a page was used on one day (UTC).
struct DayOfUse {
  std::int64_t uses = 0;
  std::int64_t accounts = 0;
};
/// Today and the six days before it, newest first.
struct UseHistory {
  Time today{};  // its midnight
  std::array<DayOfUse, 7> days{};
};

/// A hashtag or page that may trend: by its id.
struct TrendCandidate {
  std::int64_t id = 0;
  std::int64_t accounts_today = 0;
  std::int64_t accounts_yesterday = 0;
  double max_score = 0;  // the highest of late
  std::optional<Time> max_score_at{};
};

struct Trend {
  std::int64_t id = 0;
  double max_score = 0;
  Time max_score_at{};
  double score = 0;  // 0 = does not trend
};

}  // namespace dunlin::model
