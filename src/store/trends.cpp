#include "dunlin/store/trends.hpp"

#include "preview_card_rows.hpp"
#include "rows.hpp"
#include "sight.hpp"

#include "dunlin/db/statement.hpp"

#include <chrono>

namespace dunlin::store {

// kind and subject of a review; $1 says what counts where there is none.
#define DUNLIN_REVIEW(kind, subject) \
  "(SELECT r.allowed FROM trend_reviews r WHERE r.kind = " kind " AND r.subject = " subject ")"
#define DUNLIN_TAG_ALLOWED "coalesce(" DUNLIN_REVIEW("0", "t.name") ", $1::boolean)"
#define DUNLIN_CARD_ALLOWED \
  "coalesce(" DUNLIN_REVIEW("1", "c.url") ", " DUNLIN_REVIEW("2", "split_part(c.url, '/', 3)") ", $1::boolean)"
#define DUNLIN_STATUS_ALLOWED "coalesce(" DUNLIN_REVIEW("3", "s.uri") ", " DUNLIN_REVIEW("4", "a.uri") ", $1::boolean)"

const db::Statement kTrendingTags{"trends.tags", R"sql(
SELECT t.id, t.name, t.display_name
FROM tag_trends tt JOIN tags t ON t.id = tt.tag_id
WHERE tt.score > 0 AND )sql" DUNLIN_TAG_ALLOWED R"sql(
ORDER BY coalesce(tt.language = ANY($4::text[]), false) DESC, tt.score DESC, t.id
LIMIT $2 OFFSET $3)sql"};

std::vector<Tag> list_trending_tags(db::Tx& tx, const TrendQuery& query) {
  return all_rows(
      tx.exec(kTrendingTags,
              {query.unreviewed == Unreviewed::shown, query.limit, query.offset, db::Param::texts(query.languages)}),
      [](const db::Row& row) {
        return Tag{.id = row.i64(0), .name = std::string(row.text(1)), .display_name = std::string(row.text(2))};
      });
}

const db::Statement kTrendingCards{"trends.cards", "SELECT " DUNLIN_CARD_COLUMNS("c.url") R"sql(
FROM card_trends ct JOIN preview_cards c ON c.id = ct.card_id
WHERE ct.score > 0 AND )sql" DUNLIN_CARD_ALLOWED R"sql(
ORDER BY coalesce(c.language = ANY($4::text[]), false) DESC, ct.score DESC, c.id
LIMIT $2 OFFSET $3)sql"};

std::vector<model::PreviewCard> list_trending_cards(db::Tx& tx, const TrendQuery& query) {
  return all_rows(tx.exec(kTrendingCards, {query.unreviewed == Unreviewed::shown, query.limit, query.offset,
                                           db::Param::texts(query.languages)}),
                  [](const db::Row& row) { return read_preview_card(row, 0); });
}

// Made some minutes ago: what has been deleted, hidden or marked since is tested again.
const db::Statement kTrendingStatuses{
    "trends.statuses", R"sql(
SELECT s.id
FROM status_trends st JOIN statuses s ON s.id = st.status_id JOIN accounts a ON a.id = s.account_id
WHERE s.visibility = 0 AND NOT s.sensitive AND s.spoiler_text = '' AND a.silenced_at IS NULL AND )sql" DUNLIN_VISIBLE(
                           "s", "$5") " AND " DUNLIN_STATUS_ALLOWED
                                      " AND (s.account_id = $5 OR " DUNLIN_WELCOME("s.account_id", "$5", "$6") R"sql()
ORDER BY coalesce(s.language = ANY($4::text[]), false) DESC, st.score DESC, s.id
LIMIT $2 OFFSET $3)sql"};

std::vector<StatusId> list_trending_statuses(db::Tx& tx, std::optional<AccountId> viewer, const TrendQuery& query) {
  return all_rows(
      tx.exec(kTrendingStatuses, {query.unreviewed == Unreviewed::shown, query.limit, query.offset,
                                  db::Param::texts(query.languages), viewer.value_or(AccountId{}), tx.now()}),
      [](const db::Row& row) { return row.id<StatusId>(0); });
}

const db::Statement kFindTrendingCard{"trends.find_card", R"sql(
SELECT c.id
FROM (
  SELECT id FROM preview_cards WHERE url = $2
  UNION
  SELECT card_id FROM card_links WHERE url = $2) named
JOIN preview_cards c ON c.id = named.id
JOIN card_trends ct ON ct.card_id = c.id
WHERE ct.score > 0 AND )sql" DUNLIN_CARD_ALLOWED " LIMIT 1"};

std::optional<PreviewCardId> find_trending_card(db::Tx& tx, std::string_view url, Unreviewed unreviewed) {
  return first_row(tx.exec(kFindTrendingCard, {unreviewed == Unreviewed::shown, url}),
                   [](const db::Row& row) { return row.id<PreviewCardId>(0); });
}

#define DUNLIN_LINKING(order)                                                                                  \
  "SELECT sc.status_id FROM card_links l JOIN status_cards sc ON sc.link_id = l.id JOIN statuses s ON s.id = " \
  "sc.status_id WHERE l.card_id = $1 AND sc.status_id < $2 AND sc.status_id > $3 AND s.visibility = 0 "        \
  "AND " DUNLIN_SEES("s", "$5") " AND (s.account_id = $5 OR " DUNLIN_WELCOME(                                  \
      "s.account_id", "$5", "$6") ") ORDER BY sc.status_id " order " LIMIT $4"

const db::Statement kLinking{"trends.link_timeline", DUNLIN_LINKING("DESC")};
const db::Statement kLinkingUp{"trends.link_timeline_up", DUNLIN_LINKING("ASC")};

std::vector<StatusId> list_link_timeline(db::Tx& tx, std::optional<AccountId> viewer, PreviewCardId card,
                                         const model::Page& page) {
  return page_rows(tx.exec(page.upwards() ? kLinkingUp : kLinking,
                           {card, page.below(), page.above(), page.limit, viewer.value_or(AccountId{}), tx.now()}),
                   page, [](const db::Row& row) { return row.id<StatusId>(0); });
}

#define DUNLIN_HISTORY(days, id)                                                                            \
  "SELECT " id ", ($2::timestamptz AT TIME ZONE 'UTC')::date - day, uses, accounts FROM " days " WHERE " id \
  " = ANY($1::bigint[]) AND day > ($2::timestamptz AT TIME ZONE 'UTC')::date - 7"

const db::Statement kTagHistory{"trends.tag_history", DUNLIN_HISTORY("tag_days", "tag_id")};
const db::Statement kCardHistory{"trends.card_history", DUNLIN_HISTORY("card_days", "card_id")};

namespace {

std::map<std::int64_t, model::UseHistory> load_history(db::Tx& tx, const db::Statement& statement,
                                                       std::span<const std::int64_t> ids) {
  std::map<std::int64_t, model::UseHistory> out;
  if (ids.empty()) return out;
  for (const auto id : ids) out[id].today = std::chrono::floor<std::chrono::days>(tx.now());
  for (const auto row : tx.exec(statement, {db::Param::bigints(ids), tx.now()})) {
    const auto days_ago = row.i64(1);
    if (days_ago < 0) continue;
    out.at(row.i64(0)).days.at(static_cast<std::size_t>(days_ago)) = {.uses = row.i64(2), .accounts = row.i64(3)};
  }
  return out;
}

}  // namespace

std::map<std::int64_t, model::UseHistory> load_tag_history(db::Tx& tx, std::span<const std::int64_t> tags) {
  return load_history(tx, kTagHistory, tags);
}

std::map<std::int64_t, model::UseHistory> load_card_history(db::Tx& tx, std::span<const std::int64_t> cards) {
  return load_history(tx, kCardHistory, cards);
}

const db::Statement kReview{"trends.review", R"sql(
INSERT INTO trend_reviews (kind, subject, allowed, reviewed_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (kind, subject) DO UPDATE SET allowed = EXCLUDED.allowed, reviewed_at = EXCLUDED.reviewed_at)sql"};

void review_trend(db::Tx& tx, ReviewKind kind, std::string_view subject, bool allowed) {
  tx.exec(kReview, {static_cast<int>(kind), subject, allowed, tx.now()});
}

}  // namespace dunlin::store
