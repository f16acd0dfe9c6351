#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/model/trend.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

/// How much something trends, by Mastodon's rules and numbers: pure functions.
namespace dunlin::service {

struct TrendRule {
  int threshold = 5;                      // different accounts in one day, at least
  std::chrono::milliseconds half_life{};  // of the highest score
  std::chrono::milliseconds keep_max{std::chrono::hours(48)};
  double least = 1;  // a smaller score is none
};
inline constexpr TrendRule kTagRule{.half_life = std::chrono::hours(4)};
inline constexpr TrendRule kLinkRule{.half_life = std::chrono::hours(8)};
/// Their score decays from the moment they were posted, with a half-life of one hour.
inline constexpr TrendRule kStatusRule{.half_life = std::chrono::hours(1), .least = 0.3};

/// How unexpected `observed` is: 0 when it is no more than expected or below the threshold.
double surprise(std::int64_t observed, std::int64_t expected, const TrendRule& rule);
/// Judges anew; nullopt: neither trends nor did of late.
std::optional<model::Trend> score_trend(const model::TrendCandidate& candidate, const TrendRule& rule, Time now);
/// 0: does not trend.
double score_status(std::int64_t interactions, Time created_at, Time now);

}  // namespace dunlin::service
