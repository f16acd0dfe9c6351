#include "dunlin/service/suggestions.hpp"

#include "dunlin/store/suggestions.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <span>

namespace dunlin::service {

namespace {

using model::SuggestionSource;

constexpr std::chrono::hours kEvery{6};
constexpr std::chrono::days kInteractionWindow{30};
constexpr int kRecommended = 100;
constexpr int kFromEachSource = 80;
constexpr std::size_t kSources = 4;

void add(std::vector<model::Suggestion>& suggestions, std::span<const AccountId> found, SuggestionSource source) {
  for (const auto id : found) {
    const auto known = std::ranges::find(suggestions, id, &model::Suggestion::account_id);
    if (known == suggestions.end()) {
      suggestions.push_back({.account_id = id, .sources = {source}});
    } else {
      known->sources.push_back(source);
    }
  }
}

/// What several sources advise is the best advice; among equals the order of the sources stays.
std::vector<model::Suggestion> most_advised_first(const std::vector<model::Suggestion>& suggestions) {
  std::vector<model::Suggestion> out;
  for (std::size_t sources = kSources; sources > 0; --sources) {
    std::ranges::copy_if(suggestions, std::back_inserter(out),
                         [&](const model::Suggestion& s) { return s.sources.size() == sources; });
  }
  return out;
}

void enqueue(Environment& env, db::Tx& tx, Time at) {
  env.queue.enqueue(tx, {.kind = kRecommend, .payload = {}, .run_at = at, .unique_key = "periodic"});
}

}  // namespace

std::vector<model::Suggestion> suggest_accounts(db::Tx& tx, AccountId who, int limit, int offset) {
  std::vector<model::Suggestion> all;
  add(all, store::list_friends_of_friends(tx, who, kFromEachSource), SuggestionSource::friends_of_friends);
  add(all, store::list_similar_accounts(tx, who, kFromEachSource), SuggestionSource::similar);
  for (const auto source : {SuggestionSource::most_followed, SuggestionSource::most_interactions}) {
    add(all, store::list_recommended_accounts(tx, who, source, kFromEachSource), source);
  }
  all = most_advised_first(all);
  const auto begin = std::min(all.size(), static_cast<std::size_t>(offset));
  const auto end = std::min(all.size(), begin + static_cast<std::size_t>(limit));
  return {all.begin() + static_cast<std::ptrdiff_t>(begin), all.begin() + static_cast<std::ptrdiff_t>(end)};
}

void start_recommending(Environment& env, db::Tx& tx) {
  enqueue(env, tx, tx.now());
}

Result<void> run_recommend(Environment& env, db::Tx& tx) {
  store::replace_most_followed(tx, kRecommended);
  store::replace_most_interactions(tx, tx.now() - kInteractionWindow, kRecommended);
  enqueue(env, tx, tx.now() + kEvery);
  return {};
}

}  // namespace dunlin::service
