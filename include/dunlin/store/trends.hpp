#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/page.hpp"
#include "dunlin/model/preview_card.hpp"
#include "dunlin/model/trend.hpp"
#include "dunlin/store/instance.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::store {

// --- Counting: for the job ---

/// Counts anew how hashtags and pages were used on the day (UTC) of `day`. Silenced and suspended accounts do not
/// count; pages count with reblogs, and only where nothing is behind a warning.
void count_tag_uses(db::Tx& tx, Time day);
void count_card_uses(db::Tx& tx, Time day);
void purge_days_of_use(db::Tx& tx, Time before);

/// What at least `threshold` accounts used today, and what has a score already.
std::vector<model::TrendCandidate> list_tag_candidates(db::Tx& tx, Time day, int threshold);
/// Pages with title, description, picture and publisher only.
std::vector<model::TrendCandidate> list_card_candidates(db::Tx& tx, Time day, int threshold);
/// These trends and no others.
void replace_tag_trends(db::Tx& tx, std::span<const model::Trend> trends);
/// The language that most posts with a trending hashtag are in.
void find_tag_languages(db::Tx& tx, Time since);
void replace_card_trends(db::Tx& tx, std::span<const model::Trend> trends);

struct StatusCandidate {
  StatusId id;
  std::int64_t interactions = 0;  // favourites and reblogs
  Time created_at{};
};
/// Public statuses since `since` with at least `threshold` interactions: no replies but to oneself, nothing sensitive,
/// by accounts that agreed to be found.
std::vector<StatusCandidate> list_status_candidates(db::Tx& tx, Time since, int threshold);
struct StatusTrend {
  StatusId id;
  double score = 0;
};
void replace_status_trends(db::Tx& tx, std::span<const StatusTrend> trends);

// --- Reading ---

/// Whether what nobody has reviewed is shown.
enum class Unreviewed : bool { hidden, shown };

/// Part of a list, best first. `languages`: what is in one of these comes before the rest.
struct TrendQuery {
  Unreviewed unreviewed = Unreviewed::shown;
  std::vector<std::string> languages{};
  int limit = 10;
  int offset = 0;
};
std::vector<Tag> list_trending_tags(db::Tx& tx, const TrendQuery& query);
std::vector<model::PreviewCard> list_trending_cards(db::Tx& tx, const TrendQuery& query);
/// Without what `viewer` may not see or does not want to.
std::vector<StatusId> list_trending_statuses(db::Tx& tx, std::optional<AccountId> viewer, const TrendQuery& query);

/// The page of this address (its own, or one that leads to it) when it trends.
std::optional<PreviewCardId> find_trending_card(db::Tx& tx, std::string_view url, Unreviewed unreviewed);
/// Public statuses that link to the page.
std::vector<StatusId> list_link_timeline(db::Tx& tx, std::optional<AccountId> viewer, PreviewCardId card,
                                         const model::Page& page);

/// One for each id.
std::map<std::int64_t, model::UseHistory> load_tag_history(db::Tx& tx, std::span<const std::int64_t> tags);
std::map<std::int64_t, model::UseHistory> load_card_history(db::Tx& tx, std::span<const std::int64_t> cards);

/// Stored: append-only.
enum class ReviewKind : std::int16_t { tag = 0, link = 1, publisher = 2, status = 3, author = 4 };
void review_trend(db::Tx& tx, ReviewKind kind, std::string_view subject, bool allowed);

}  // namespace dunlin::store
