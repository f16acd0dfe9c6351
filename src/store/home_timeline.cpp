#include "feed_sources.hpp"
#include "rows.hpp"
#include "sight.hpp"

#include "dunlin/db/statement.hpp"
#include "dunlin/store/timelines.hpp"

#include <algorithm>
#include <set>

namespace dunlin::store {

std::vector<StatusId> without_repeated_reblogs(std::span<const HomeEntry> newest_first) {
  std::set<StatusId> shown;
  for (const auto& entry : newest_first)
    if (!entry.reblog_of_id) shown.insert(entry.id);
  std::vector<StatusId> out;
  out.reserve(newest_first.size());
  for (const auto& entry : newest_first)
    if (!entry.reblog_of_id || shown.insert(entry.reblog_of_id).second) out.push_back(entry.id);
  return out;
}

// Parameters and the way it goes: feed_sources.hpp.

#define DUNLIN_HOME_ADMITS DUNLIN_FEED_ADMITS(DUNLIN_REPLY_TO_FOLLOWED)

// Members of exclusive lists are read there.
#define DUNLIN_NOT_EXCLUSIVE(account) account " NOT IN (SELECT account_id FROM exclusive)"

// Of a followed tag: public statuses of whom the reader can stand; silenced ones only of those whom he follows.
#define DUNLIN_OF_TAG(order, count) \
  "LATERAL (SELECT c.id FROM (SELECT s.id, s.account_id, s.deleted_at FROM public_status_tags p"                     \
  " JOIN statuses s ON s.id = p.status_id WHERE p.tag_id = t.tag_id AND p.status_id < $2 AND p.status_id > $3"       \
  " ORDER BY p.status_id " order " LIMIT 400) c WHERE c.deleted_at IS NULL AND " DUNLIN_NOT_SUSPENDED("c.account_id") \
  " AND (c.account_id = $1 OR (" DUNLIN_AMONG_WELCOME("c.account_id", "$1")                                           \
  " AND " DUNLIN_LISTED("c.account_id", "$1") " AND " DUNLIN_NOT_EXCLUSIVE("c.account_id")                             \
  ")) ORDER BY c.id " order " LIMIT " count ")"

#define DUNLIN_HOME(order) \
  "WITH " DUNLIN_UNWELCOME("$1", "$5") ", exclusive AS MATERIALIZED ("                                                                                \
  "SELECT la.account_id FROM lists l JOIN list_accounts la ON la.list_id = l.id"                                    \
  " WHERE l.account_id = $1 AND l.exclusive), "                                                                     \
  "followees AS MATERIALIZED ("                                                                                     \
  "SELECT f.target_account_id AS id, f.show_reblogs, nullif(f.languages, '{}') AS languages, false AS own"          \
  " FROM follows f WHERE f.account_id = $1 AND " DUNLIN_NOT_SUSPENDED("f.target_account_id")                        \
  " AND " DUNLIN_AMONG_WELCOME("f.target_account_id", "$1") " AND " DUNLIN_NOT_EXCLUSIVE("f.target_account_id")      \
  " UNION ALL SELECT $1::bigint, true, NULL, true), "                                                               \
  "heads AS MATERIALIZED (SELECT f.*, first.id AS head FROM followees f, "                                          \
  DUNLIN_OF_FOLLOWEE(DUNLIN_HOME_ADMITS, order, "1") " first), "                                                    \
  "tag_heads AS MATERIALIZED (SELECT t.tag_id, first.id AS head FROM followed_tags t, " DUNLIN_OF_TAG(order, "1")    \
  " first WHERE t.account_id = $1), "                                                                               \
  "front AS MATERIALIZED (SELECT head FROM heads UNION SELECT head FROM tag_heads ORDER BY head " order            \
  " LIMIT $4) "                                                                                                     \
  "SELECT e.id, e.reblog_of_id FROM (SELECT * FROM heads WHERE head IN (SELECT head FROM front)) f, "             \
  DUNLIN_OF_FOLLOWEE(DUNLIN_HOME_ADMITS, order, "$4")                                                               \
  " e UNION SELECT e.id, NULL FROM (SELECT * FROM tag_heads WHERE head IN (SELECT head FROM front)) t, "          \
  DUNLIN_OF_TAG(order, "$4") " e ORDER BY 1 " order " LIMIT $4"

const db::Statement kHome{"timelines.home", DUNLIN_HOME("DESC")};
const db::Statement kHomeUp{"timelines.home_up", DUNLIN_HOME("ASC")};

std::vector<HomeEntry> list_home_entries(db::Tx& tx, AccountId reader, const model::Page& page) {
  return page_rows(
      tx.exec(page.upwards() ? kHomeUp : kHome, {reader, page.below(), page.above(), page.limit, tx.now()}), page,
      [](const db::Row& row) { return HomeEntry{row.id<StatusId>(0), row.opt_id<StatusId>(1).value_or(StatusId{})}; });
}

std::vector<StatusId> list_home_timeline(db::Tx& tx, AccountId reader, const model::Page& page) {
  return without_repeated_reblogs(list_home_entries(tx, reader, page));
}

}  // namespace dunlin::store
