#include "dunlin/store/suggestions.hpp"

#include "rows.hpp"
#include "sight.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

namespace {

AccountId account_id(const db::Row& row) {
  return row.id<AccountId>(0);
}

}  // namespace

// Who may be shown to people that did not ask for him. Local accounts whose address is not confirmed are not there yet.
#define DUNLIN_FINDABLE(a)                                                                                             \
  a ".discoverable AND " a ".suspended_at IS NULL AND " a ".silenced_at IS NULL AND " a ".moved_to_id IS NULL AND (" a \
    ".domain IS NOT NULL OR EXISTS (SELECT 1 FROM users fu WHERE fu.account_id = " a                                   \
    ".id AND fu.confirmed_at IS NOT NULL AND fu.approved))"

#define DUNLIN_DIRECTORY(tables, condition, order)                                                \
  "SELECT a.id FROM " tables " WHERE " DUNLIN_FINDABLE("a") " AND (a.id = $1 OR " DUNLIN_WELCOME( \
      "a.id", "$1", "$2") ")" condition " ORDER BY " order " LIMIT $3 OFFSET $4"

const db::Statement kActive{
    "suggestions.directory_active",
    DUNLIN_DIRECTORY("account_stats ast JOIN accounts a ON a.id = ast.account_id",
                     " AND ast.last_status_at IS NOT NULL", "ast.last_status_at DESC, a.id DESC")};
const db::Statement kActiveLocal{
    "suggestions.directory_active_local",
    DUNLIN_DIRECTORY("accounts a JOIN account_stats ast ON ast.account_id = a.id", " AND a.domain IS NULL",
                     "ast.last_status_at DESC NULLS LAST, a.id DESC")};
const db::Statement kNewest{"suggestions.directory_newest", DUNLIN_DIRECTORY("accounts a", "", "a.id DESC")};
const db::Statement kNewestLocal{"suggestions.directory_newest_local",
                                 DUNLIN_DIRECTORY("accounts a", " AND a.domain IS NULL", "a.id DESC")};

std::vector<AccountId> list_directory(db::Tx& tx, std::optional<AccountId> viewer, DirectoryOrder order,
                                      bool local_only, int limit, int offset) {
  const auto& statement =
      order == DirectoryOrder::active ? (local_only ? kActiveLocal : kActive) : (local_only ? kNewestLocal : kNewest);
  return all_rows(tx.exec(statement, {viewer.value_or(AccountId{}), tx.now(), limit, offset}), account_id);
}

#define DUNLIN_ADVISABLE(a)                                                                                  \
  DUNLIN_FINDABLE(a)                                                                                         \
  " AND " a                                                                                                  \
  ".id <> $1 AND NOT EXISTS (SELECT 1 FROM follows af WHERE af.account_id = $1 AND af.target_account_id "    \
  "= " a                                                                                                     \
  ".id) AND NOT EXISTS (SELECT 1 FROM follow_requests ar WHERE ar.account_id = $1 AND ar.target_account_id " \
  "= " a                                                                                                     \
  ".id) AND NOT EXISTS (SELECT 1 FROM dismissed_suggestions ad WHERE ad.account_id = $1 AND "                \
  "ad.target_account_id = " a ".id) AND " DUNLIN_WELCOME(a ".id", "$1", "$2")

// Bounded: at most 300 friends, and of each what he followed last.
const db::Statement kFriendsOfFriends{"suggestions.friends_of_friends", R"sql(
SELECT a.id
FROM (SELECT theirs.target_account_id AS id, count(*) AS friends
      FROM (SELECT target_account_id AS id FROM follows WHERE account_id = $1 ORDER BY id DESC LIMIT 300) mine
      JOIN accounts f ON f.id = mine.id AND NOT f.hide_collections
      CROSS JOIN LATERAL (SELECT target_account_id FROM follows WHERE account_id = mine.id
                          ORDER BY follows.id DESC LIMIT 300) theirs
      GROUP BY theirs.target_account_id) found
JOIN accounts a ON a.id = found.id
WHERE )sql" DUNLIN_ADVISABLE("a") R"sql(
ORDER BY found.friends DESC, a.id DESC
LIMIT $3)sql"};

std::vector<AccountId> list_friends_of_friends(db::Tx& tx, AccountId who, int limit) {
  return all_rows(tx.exec(kFriendsOfFriends, {who, tx.now(), limit}), account_id);
}

// Two steps as well: the last ten that he followed, their last hundred other followers, whom those follow.
const db::Statement kSimilar{"suggestions.similar", R"sql(
SELECT a.id
FROM (SELECT theirs.target_account_id AS id, count(DISTINCT peers.account_id) AS peers
      FROM (SELECT target_account_id AS id FROM follows WHERE account_id = $1 ORDER BY id DESC LIMIT 10) recent
      CROSS JOIN LATERAL (SELECT account_id FROM follows WHERE target_account_id = recent.id AND account_id <> $1
                          ORDER BY follows.id DESC LIMIT 100) peers
      JOIN accounts p ON p.id = peers.account_id AND NOT p.hide_collections
      CROSS JOIN LATERAL (SELECT target_account_id FROM follows WHERE account_id = peers.account_id
                          ORDER BY follows.id DESC LIMIT 100) theirs
      GROUP BY theirs.target_account_id
      HAVING count(DISTINCT peers.account_id) > 1) found
JOIN accounts a ON a.id = found.id
WHERE )sql" DUNLIN_ADVISABLE("a") R"sql(
ORDER BY found.peers DESC, a.id DESC
LIMIT $3)sql"};

std::vector<AccountId> list_similar_accounts(db::Tx& tx, AccountId who, int limit) {
  return all_rows(tx.exec(kSimilar, {who, tx.now(), limit}), account_id);
}

const db::Statement kRecommended{"suggestions.recommended", R"sql(
SELECT a.id
FROM follow_recommendations r JOIN accounts a ON a.id = r.account_id
WHERE r.source = $4 AND )sql" DUNLIN_ADVISABLE("a") R"sql(
ORDER BY r.score DESC, a.id DESC
LIMIT $3)sql"};

std::vector<AccountId> list_recommended_accounts(db::Tx& tx, AccountId who, model::SuggestionSource source, int limit) {
  return all_rows(tx.exec(kRecommended, {who, tx.now(), limit, static_cast<int>(source)}), account_id);
}

const db::Statement kDismiss{"suggestions.dismiss", R"sql(
INSERT INTO dismissed_suggestions (account_id, target_account_id) VALUES ($1, $2) ON CONFLICT DO NOTHING)sql"};

void dismiss_suggestion(db::Tx& tx, AccountId who, AccountId target) {
  tx.exec(kDismiss, {who, target});
}

// What `counted` (id, score) says replaces what was stored of the source $1.
#define DUNLIN_REPLACE_RECOMMENDED \
  "best AS MATERIALIZED (SELECT c.id, c.score FROM counted c JOIN accounts a ON a.id = c.id WHERE " DUNLIN_FINDABLE( \
      "a") " ORDER BY c.score DESC, c.id LIMIT $2), gone AS (DELETE FROM follow_recommendations r WHERE r.source = $1 " \
           "AND NOT EXISTS (SELECT 1 FROM best b WHERE b.id = r.account_id)) INSERT INTO follow_recommendations "     \
           "(source, account_id, score) SELECT $1, id, score FROM best ON CONFLICT (source, account_id) DO UPDATE "   \
           "SET score = EXCLUDED.score WHERE follow_recommendations.score <> EXCLUDED.score"

const db::Statement kMostFollowed{"suggestions.most_followed", R"sql(
WITH counted AS (
  SELECT f.target_account_id AS id, count(*) AS score
  FROM users u JOIN follows f ON f.account_id = u.account_id
  WHERE u.last_active_on > ($3::timestamptz AT TIME ZONE 'UTC')::date - 60
  GROUP BY f.target_account_id
  HAVING count(*) > 1),
)sql" DUNLIN_REPLACE_RECOMMENDED};

void replace_most_followed(db::Tx& tx, int limit) {
  tx.exec(kMostFollowed, {static_cast<int>(model::SuggestionSource::most_followed), limit, tx.now()});
}

// The upper bounds exclude nothing: see trends.status_candidates. Different people count, not how often one of them did
// something.
const db::Statement kMostInteractions{"suggestions.most_interactions", R"sql(
WITH done AS (
  SELECT f.account_id, f.status_id
  FROM favourites f JOIN users u ON u.account_id = f.account_id
  WHERE f.id >= $3 AND f.id < $3 + (1::bigint << 62)
  UNION ALL
  SELECT w.account_id, w.reblog_of_id
  FROM statuses w
  WHERE w.id >= $3 AND w.id < $3 + (1::bigint << 62) AND w.local AND w.reblog_of_id IS NOT NULL AND w.deleted_at IS NULL),
counted AS (
  SELECT s.account_id AS id, count(DISTINCT d.account_id) AS score
  FROM done d JOIN statuses s ON s.id = d.status_id
  WHERE s.deleted_at IS NULL AND s.visibility <= 1 AND s.account_id <> d.account_id
  GROUP BY s.account_id
  HAVING count(DISTINCT d.account_id) > 1),
)sql" DUNLIN_REPLACE_RECOMMENDED};

void replace_most_interactions(db::Tx& tx, Time since, int limit) {
  tx.exec(kMostInteractions, {static_cast<int>(model::SuggestionSource::most_interactions), limit,
                              since.time_since_epoch().count() << 16U});
}

}  // namespace dunlin::store
