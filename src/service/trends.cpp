#include "dunlin/service/trends.hpp"

#include "languages.hpp"

#include "dunlin/service/trend_score.hpp"
#include "dunlin/store/trends.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <vector>

namespace dunlin::service {

namespace {

using std::chrono::days;
using std::chrono::hours;

constexpr std::chrono::minutes kEvery{5};
constexpr std::string_view kWeek = "week";
constexpr days kHistory{6};
constexpr days kKeepDays{14};
constexpr hours kLateArrivals{1};   // after midnight the day before is counted once more
constexpr hours kStatusWindow{48};  // no status trends for longer

std::vector<model::Trend> judge(std::span<const model::TrendCandidate> candidates, const TrendRule& rule, Time now) {
  std::vector<model::Trend> trends;
  for (const auto& candidate : candidates) {
    if (const auto trend = score_trend(candidate, rule, now)) trends.push_back(*trend);
  }
  return trends;
}

void judge_statuses(db::Tx& tx, Time now) {
  std::vector<store::StatusTrend> trends;
  for (const auto& candidate : store::list_status_candidates(tx, now - kStatusWindow, kStatusRule.threshold)) {
    const double score = score_status(candidate.interactions, candidate.created_at, now);
    if (score > 0) trends.push_back({.id = candidate.id, .score = score});
  }
  store::replace_status_trends(tx, trends);
}

void count_days(db::Tx& tx, Time from, Time to) {
  for (Time day = from; day <= to; day += days(1)) {
    store::count_tag_uses(tx, day);
    store::count_card_uses(tx, day);
  }
}

void enqueue(Environment& env, db::Tx& tx, Time at, std::string_view payload) {
  env.queue.enqueue(tx, {.kind = kTrends,
                         .payload = std::string(payload),
                         .run_at = at,
                         .unique_key = payload.empty() ? "periodic" : std::string(payload)});
}

}  // namespace

std::vector<std::string> reading_languages(const model::User* user, std::string_view accept_language) {
  std::optional<std::string> language;
  if (user != nullptr) {
    language = user->default_language ? user->default_language : normalise_language(user->locale);
  } else {
    language = normalise_language(accept_language.substr(0, accept_language.find_first_of(",;")));
  }
  return language ? std::vector{*language} : std::vector<std::string>{};
}

void start_trends(Environment& env, db::Tx& tx) {
  if (env.config.discovery.trends == "off") return;
  enqueue(env, tx, tx.now(), kWeek);
  enqueue(env, tx, tx.now(), "");
}

Result<void> run_trends(Environment& env, db::Tx& tx, std::string_view payload) {
  if (env.config.discovery.trends == "off") return {};
  const Time now = tx.now();
  if (payload == kWeek) {
    count_days(tx, now - kHistory, now);
    return {};
  }
  const Time today = std::chrono::floor<days>(now);
  count_days(tx, now - today < kLateArrivals ? today - days(1) : today, today);
  store::purge_days_of_use(tx, now - kKeepDays);
  store::replace_tag_trends(tx, judge(store::list_tag_candidates(tx, now, kTagRule.threshold), kTagRule, now));
  store::find_tag_languages(tx, today - days(1));
  store::replace_card_trends(tx, judge(store::list_card_candidates(tx, now, kLinkRule.threshold), kLinkRule, now));
  judge_statuses(tx, now);
  enqueue(env, tx, now + kEvery, "");
  return {};
}

}  // namespace dunlin::service
