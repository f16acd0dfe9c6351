#include "dunlin/service/trend_score.hpp"

#include <algorithm>
#include <cmath>

namespace dunlin::service {

namespace {

double decayed(double score, std::chrono::milliseconds age, const TrendRule& rule) {
  const double half_lives = static_cast<double>(age.count()) / static_cast<double>(rule.half_life.count());
  const double left = score * std::pow(0.5, std::max(half_lives, 0.0));
  return left > rule.least ? left : 0;
}

}  // namespace

double surprise(std::int64_t observed, std::int64_t expected, const TrendRule& rule) {
  expected = std::max<std::int64_t>(expected, 1);
  if (expected > observed || observed < rule.threshold) return 0;
  const auto more = static_cast<double>(observed - expected);
  return more * more / static_cast<double>(expected);
}

std::optional<model::Trend> score_trend(const model::TrendCandidate& candidate, const TrendRule& rule, Time now) {
  model::Trend trend{.id = candidate.id, .max_score = 0, .max_score_at = now, .score = 0};
  if (candidate.max_score_at && now - *candidate.max_score_at <= rule.keep_max) {
    trend.max_score = candidate.max_score;
    trend.max_score_at = *candidate.max_score_at;
  }
  const double score = surprise(candidate.accounts_today, candidate.accounts_yesterday, rule);
  if (score > trend.max_score) {
    trend.max_score = score;
    trend.max_score_at = now;
  }
  if (trend.max_score <= 0) return std::nullopt;
  trend.score = decayed(trend.max_score, now - trend.max_score_at, rule);
  return trend;
}

double score_status(std::int64_t interactions, Time created_at, Time now) {
  return decayed(surprise(interactions, 1, kStatusRule), now - created_at, kStatusRule);
}

}  // namespace dunlin::service
