#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/db/tx.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::store {

/// The servers that are known here, by name.
std::vector<std::string> list_peers(db::Tx& tx);
/// Those whose name begins with `prefix` (lower case), the ones with most accounts first.
std::vector<std::string> search_peers(db::Tx& tx, std::string_view prefix, int limit);

struct WeekOfActivity {
  Time week{};  // its Monday, midnight UTC
  std::int64_t statuses = 0;
  std::int64_t logins = 0;
  std::int64_t registrations = 0;
};
inline constexpr int kActivityWeeks = 12;
/// This week and those before it, newest first; weeks that were not counted are zero.
std::vector<WeekOfActivity> list_weekly_activity(db::Tx& tx);
/// Counts this week anew, and those before it that were not counted to their end.
void count_weekly_activity(db::Tx& tx);

}  // namespace dunlin::store
