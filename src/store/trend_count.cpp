#include "rows.hpp"
#include "sight.hpp"
#include "status_rows.hpp"

#include "dunlin/db/statement.hpp"
#include "dunlin/store/trends.hpp"

#include <fmt/core.h>

#include <chrono>

namespace dunlin::store {

namespace {

/// The first id of a moment: what is older sorts below.
std::int64_t first_id(Time time) {
  return time.time_since_epoch().count() << 16U;
}

Time midnight(Time time) {
  return std::chrono::floor<std::chrono::days>(time);
}

std::string date_text(Time time) {
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(time));
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

}  // namespace

#define DUNLIN_HEARD(author)                                    \
  "NOT EXISTS (SELECT 1 FROM accounts ha WHERE ha.id = " author \
  " AND (ha.suspended_at IS NOT NULL OR "                       \
  "ha.silenced_at IS NOT NULL))"

// What `counted` (id, uses, accounts) says of the day $3 replaces what was stored of it.
#define DUNLIN_STORE_DAY(table, id)                                                                             \
  "gone AS (DELETE FROM " table " d WHERE d.day = $3::date AND NOT EXISTS (SELECT 1 FROM counted c WHERE c." id \
  " = d." id ")) INSERT INTO " table " (" id ", day, uses, accounts) SELECT " id                                \
  ", $3::date, uses, accounts FROM counted ON CONFLICT (" id                                                    \
  ", day) DO UPDATE SET uses = EXCLUDED.uses, accounts = EXCLUDED.accounts WHERE " table                        \
  ".uses <> EXCLUDED.uses OR " table ".accounts <> EXCLUDED.accounts"

const db::Statement kCountTags{"trends.count_tags", R"sql(
WITH counted AS (
  SELECT p.tag_id, count(*) AS uses, count(DISTINCT s.account_id) AS accounts
  FROM public_status_tags p JOIN statuses s ON s.id = p.status_id
  WHERE p.status_id >= $1 AND p.status_id < $2 AND s.deleted_at IS NULL AND )sql" DUNLIN_HEARD("s.account_id") R"sql(
  GROUP BY p.tag_id),
)sql" DUNLIN_STORE_DAY("tag_days", "tag_id")};

void count_tag_uses(db::Tx& tx, Time day) {
  const auto from = midnight(day);
  tx.exec(kCountTags, {first_id(from), first_id(from + std::chrono::days(1)), date_text(from)});
}

#define DUNLIN_OPEN(s) \
  s ".visibility = 0 AND NOT " s ".sensitive AND " s ".spoiler_text = '' AND " s ".deleted_at IS NULL"

const db::Statement kCountCards{"trends.count_cards", R"sql(
WITH used AS (
  SELECT l.card_id, s.account_id
  FROM status_cards sc JOIN statuses s ON s.id = sc.status_id JOIN card_links l ON l.id = sc.link_id
  WHERE sc.status_id >= $1 AND sc.status_id < $2 AND l.card_id IS NOT NULL AND )sql" DUNLIN_OPEN(
                                                          "s") " AND " DUNLIN_HEARD("s.account_id") R"sql(
  UNION ALL
  SELECT l.card_id, w.account_id
  FROM statuses w
  JOIN statuses s ON s.id = w.reblog_of_id
  JOIN status_cards sc ON sc.status_id = s.id
  JOIN card_links l ON l.id = sc.link_id
  WHERE w.id >= $1 AND w.id < $2 AND w.reblog_of_id IS NOT NULL AND w.visibility = 0 AND w.deleted_at IS NULL
    AND l.card_id IS NOT NULL AND )sql" DUNLIN_OPEN("s") " AND " DUNLIN_HEARD("s.account_id") " AND " DUNLIN_HEARD("w."
                                                                                                                   "acc"
                                                                                                                   "oun"
                                                                                                                   "t_"
                                                                                                                   "id") R"sql(),
counted AS (
  SELECT card_id, count(*) AS uses, count(DISTINCT account_id) AS accounts FROM used GROUP BY card_id),
)sql" DUNLIN_STORE_DAY("card_days", "card_id")};

void count_card_uses(db::Tx& tx, Time day) {
  const auto from = midnight(day);
  tx.exec(kCountCards, {first_id(from), first_id(from + std::chrono::days(1)), date_text(from)});
}

const db::Statement kPurgeTagDays{"trends.purge_tag_days", "DELETE FROM tag_days WHERE day < $1::date"};
const db::Statement kPurgeCardDays{"trends.purge_card_days", "DELETE FROM card_days WHERE day < $1::date"};

void purge_days_of_use(db::Tx& tx, Time before) {
  tx.exec(kPurgeTagDays, {date_text(before)});
  tx.exec(kPurgeCardDays, {date_text(before)});
}

#define DUNLIN_CANDIDATES(days, trends, id, condition)                                                            \
  "SELECT c." id                                                                                                  \
  ", coalesce(t.accounts, 0), coalesce(y.accounts, 0), coalesce(old.max_score, 0), old.max_score_at FROM ("       \
  "SELECT " id " FROM " days " WHERE day = $1::date AND accounts >= $2 UNION SELECT " id " FROM " trends          \
  ") c LEFT JOIN " days " t ON t." id " = c." id " AND t.day = $1::date LEFT JOIN " days " y ON y." id " = c." id \
  " AND y.day = $1::date - 1 LEFT JOIN " trends " old ON old." id " = c." id condition

const db::Statement kTagCandidates{"trends.tag_candidates", DUNLIN_CANDIDATES("tag_days", "tag_trends", "tag_id", "")};
const db::Statement kCardCandidates{
    "trends.card_candidates",
    DUNLIN_CANDIDATES("card_days", "card_trends", "card_id",
                      " JOIN preview_cards pc ON pc.id = c.card_id WHERE pc.type = 0 AND pc.title <> ''"
                      " AND pc.description <> '' AND pc.image_url <> '' AND pc.provider_name <> ''")};

namespace {

std::vector<model::TrendCandidate> list_candidates(db::Tx& tx, const db::Statement& statement, Time day,
                                                   int threshold) {
  return all_rows(tx.exec(statement, {date_text(day), threshold}), [](const db::Row& row) {
    return model::TrendCandidate{.id = row.i64(0),
                                 .accounts_today = row.i64(1),
                                 .accounts_yesterday = row.i64(2),
                                 .max_score = row.f64(3),
                                 .max_score_at = row.opt_time(4)};
  });
}

}  // namespace

std::vector<model::TrendCandidate> list_tag_candidates(db::Tx& tx, Time day, int threshold) {
  return list_candidates(tx, kTagCandidates, day, threshold);
}

std::vector<model::TrendCandidate> list_card_candidates(db::Tx& tx, Time day, int threshold) {
  return list_candidates(tx, kCardCandidates, day, threshold);
}

// $3: milliseconds.
#define DUNLIN_REPLACE_TRENDS(table, id)                                                                             \
  "WITH given AS (SELECT g.id, g.max_score, to_timestamp(g.max_at / 1000.0) AS max_at, g.score FROM "                \
  "unnest($1::bigint[], $2::double precision[], $3::bigint[], $4::double precision[]) AS g (id, max_score, max_at, " \
  "score)), gone AS (DELETE FROM " table " t WHERE NOT EXISTS (SELECT 1 FROM given g WHERE g.id = t." id             \
  ")) INSERT INTO " table " (" id                                                                                    \
  ", max_score, max_score_at, score) SELECT id, max_score, max_at, score FROM given "                                \
  "ON CONFLICT (" id                                                                                                 \
  ") DO UPDATE SET max_score = EXCLUDED.max_score, max_score_at = EXCLUDED.max_score_at, "                           \
  "score = EXCLUDED.score"

const db::Statement kReplaceTagTrends{"trends.replace_tags", DUNLIN_REPLACE_TRENDS("tag_trends", "tag_id")};
const db::Statement kReplaceCardTrends{"trends.replace_cards", DUNLIN_REPLACE_TRENDS("card_trends", "card_id")};

namespace {

void replace_trends(db::Tx& tx, const db::Statement& statement, std::span<const model::Trend> trends) {
  std::vector<std::int64_t> ids;
  std::vector<std::int64_t> moments;
  std::vector<std::string> most;
  std::vector<std::string> scores;
  for (const auto& trend : trends) {
    ids.push_back(trend.id);
    moments.push_back(trend.max_score_at.time_since_epoch().count());
    most.push_back(fmt::format("{}", trend.max_score));
    scores.push_back(fmt::format("{}", trend.score));
  }
  tx.exec(statement,
          {db::Param::bigints(ids), db::Param::texts(most), db::Param::bigints(moments), db::Param::texts(scores)});
}

}  // namespace

void replace_tag_trends(db::Tx& tx, std::span<const model::Trend> trends) {
  replace_trends(tx, kReplaceTagTrends, trends);
}

// Of the newest thousand posts since $1: enough to tell.
const db::Statement kTagLanguages{"trends.tag_languages", R"sql(
UPDATE tag_trends tt
SET language = (
  SELECT mode() WITHIN GROUP (ORDER BY u.language)
  FROM (SELECT s.language
        FROM public_status_tags p JOIN statuses s ON s.id = p.status_id
        WHERE p.tag_id = tt.tag_id AND p.status_id >= $1
        ORDER BY p.status_id DESC
        LIMIT 1000) u
  WHERE u.language IS NOT NULL)
WHERE tt.score > 0)sql"};

void find_tag_languages(db::Tx& tx, Time since) {
  tx.exec(kTagLanguages, {first_id(since)});
}

void replace_card_trends(db::Tx& tx, std::span<const model::Trend> trends) {
  replace_trends(tx, kReplaceCardTrends, trends);
}

// With an upper bound, which excludes nothing, a generic plan expects few: else a third of all statuses.
const db::Statement kStatusCandidates{"trends.status_candidates", R"sql(
SELECT s.id, ss.favourites_count + ss.reblogs_count, s.created_at
FROM statuses s JOIN status_stats ss ON ss.status_id = s.id JOIN accounts a ON a.id = s.account_id
WHERE s.id >= $1 AND s.id < $1 + (1::bigint << 62) AND s.reblog_of_id IS NULL AND )sql" DUNLIN_OPEN("s") R"sql(
  AND ss.favourites_count + ss.reblogs_count >= $2
  AND (s.in_reply_to_account_id = s.account_id OR NOT )sql" DUNLIN_IS_REPLY("s") R"sql()
  AND a.discoverable AND a.suspended_at IS NULL AND a.silenced_at IS NULL)sql"};

std::vector<StatusCandidate> list_status_candidates(db::Tx& tx, Time since, int threshold) {
  return all_rows(tx.exec(kStatusCandidates, {first_id(since), threshold}), [](const db::Row& row) {
    return StatusCandidate{.id = row.id<StatusId>(0), .interactions = row.i64(1), .created_at = row.time(2)};
  });
}

const db::Statement kReplaceStatusTrends{"trends.replace_statuses", R"sql(
WITH given AS (SELECT g.id, g.score FROM unnest($1::bigint[], $2::double precision[]) AS g (id, score)),
gone AS (DELETE FROM status_trends t WHERE NOT EXISTS (SELECT 1 FROM given g WHERE g.id = t.status_id))
INSERT INTO status_trends (status_id, score) SELECT id, score FROM given
ON CONFLICT (status_id) DO UPDATE SET score = EXCLUDED.score)sql"};

void replace_status_trends(db::Tx& tx, std::span<const StatusTrend> trends) {
  std::vector<StatusId> ids;
  std::vector<std::string> scores;
  for (const auto& trend : trends) {
    ids.push_back(trend.id);
    scores.push_back(fmt::format("{}", trend.score));
  }
  tx.exec(kReplaceStatusTrends, {db::Param::ids(ids), db::Param::texts(scores)});
}

}  // namespace dunlin::store
