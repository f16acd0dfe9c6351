#include "dunlin/service/trend_score.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using namespace dunlin::service;
using namespace std::chrono_literals;

namespace {
constexpr Time kNow{1'772'366'400s};
}

TEST_CASE("only what is more than expected is a surprise", "[trends]") {
  CHECK(surprise(4, 0, kTagRule) == 0);
  CHECK(surprise(5, 0, kTagRule) == 16);
  CHECK(surprise(5, 1, kTagRule) == 16);
  CHECK(surprise(10, 10, kTagRule) == 0);
  CHECK(surprise(9, 10, kTagRule) == 0);
  CHECK(surprise(20, 10, kTagRule) == 10);
}

TEST_CASE("a trend keeps its highest score, which halves with time", "[trends]") {
  const auto first = score_trend({.id = 1, .accounts_today = 9}, kTagRule, kNow);
  REQUIRE(first);
  CHECK(first->max_score == 64);
  CHECK(first->score == 64);
  const model::TrendCandidate later{.id = 1, .accounts_today = 9, .max_score = 64, .max_score_at = kNow};
  CHECK(score_trend(later, kTagRule, kNow + 4h)->score == 32);
  CHECK(score_trend(later, kTagRule, kNow + 4h)->max_score_at == kNow);
  CHECK(score_trend(later, kLinkRule, kNow + 8h)->score == 32);
  const auto faded = score_trend(later, kTagRule, kNow + 24h);
  REQUIRE(faded);
  CHECK(faded->score == 0);
  CHECK(faded->max_score == 64);

  auto higher = later;
  higher.accounts_today = 11;
  CHECK(score_trend(higher, kTagRule, kNow + 4h)->score == 100);
}

TEST_CASE("after two days the highest score is forgotten", "[trends]") {
  const model::TrendCandidate quiet{.id = 1, .accounts_today = 1, .max_score = 64, .max_score_at = kNow};
  CHECK(score_trend(quiet, kTagRule, kNow + 48h));
  CHECK_FALSE(score_trend(quiet, kTagRule, kNow + 49h));
  CHECK_FALSE(score_trend({.id = 1, .accounts_today = 4}, kTagRule, kNow));
  const model::TrendCandidate again{.id = 1, .accounts_today = 6, .max_score = 64, .max_score_at = kNow};
  CHECK(score_trend(again, kTagRule, kNow + 49h)->max_score == 25);
}

TEST_CASE("a status' score halves each hour after it was posted", "[trends]") {
  CHECK(score_status(4, kNow, kNow) == 0);
  CHECK(score_status(5, kNow, kNow) == 16);
  CHECK(score_status(5, kNow, kNow + 1h) == 8);
  CHECK(score_status(5, kNow, kNow + 6h) == 0);
  CHECK(score_status(5, kNow + 1h, kNow) == 16);
}
