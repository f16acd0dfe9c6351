#include "rows.hpp"
#include "sight.hpp"

#include "dunlin/db/statement.hpp"
#include "dunlin/store/timelines.hpp"

#include <algorithm>
#include <set>

namespace dunlin::store {
namespace {

struct Entry {
  StatusId id;
  std::optional<StatusId> reblog_of_id;
};

/// One entry for each original: the original itself where it is on the page, else its newest reblog.
std::vector<StatusId> without_repeated_reblogs(const std::vector<Entry>& newest_first) {
  std::set<StatusId> shown;
  for (const auto& entry : newest_first)
    if (!entry.reblog_of_id) shown.insert(entry.id);
  std::vector<StatusId> out;
  out.reserve(newest_first.size());
  for (const auto& entry : newest_first)
    if (!entry.reblog_of_id || shown.insert(*entry.reblog_of_id).second) out.push_back(entry.id);
  return out;
}

}  // namespace

// Parameters: $1 reader, $2 below, $3 above, $4 limit, $5 now.
//
// The cost grows with the number of followees, not with the size of statuses: LATERAL with a LIMIT inside leaves the
// planner only one way, a short walk on statuses (account_id, id) for each of them. A page of k can only hold statuses
// of the k followees whose newest is newest, so that the others are asked for one row, not for k.
//
// Of one followee at most 400 rows of the window are looked at: somebody who only answers strangers is not read to the
// end each time.

// Mastodon's rules for home: replies when the parent's author is the author, the reader or followed by him; reblogs as
// the follow says and only of whom the reader can stand; languages as the follow says; direct ones never. One's own
// (f.own): all but direct ones. `c` is the status, `f` the followee.
#define DUNLIN_HOME_ADMITS                                                                                           \
  "c.deleted_at IS NULL AND c.visibility < 3 AND (f.own OR ("                                                        \
  "(c.in_reply_to_uri IS NULL OR c.in_reply_to_id IS NOT NULL)"                                                      \
  " AND ((c.in_reply_to_id IS NULL AND c.in_reply_to_account_id IS NULL)"                                            \
  " OR c.in_reply_to_account_id IN (c.account_id, $1)"                                                               \
  " OR EXISTS (SELECT 1 FROM follows p WHERE p.account_id = $1 AND p.target_account_id = c.in_reply_to_account_id))" \
  " AND (f.languages IS NULL OR c.language IS NULL OR c.language = ANY(f.languages))))"                              \
  " AND (c.reblog_of_id IS NULL OR (f.show_reblogs AND EXISTS (SELECT 1 FROM statuses o WHERE o.id = c.reblog_of_id" \
  " AND " DUNLIN_SEES("o", "$1") " AND (o.account_id = $1 OR " DUNLIN_WELCOME("o.account_id", "$1", "$5") "))))"

#define DUNLIN_HOME_OF_FOLLOWEE(order, count)                                                                     \
  "LATERAL (SELECT c.id, c.reblog_of_id FROM (SELECT s.* FROM statuses s WHERE s.account_id = f.id AND s.id < $2" \
  " AND s.id > $3 ORDER BY s.id " order " LIMIT 400) c WHERE " DUNLIN_HOME_ADMITS " ORDER BY c.id " order         \
  " LIMIT " count ")"

#define DUNLIN_HOME(order) \
  "WITH followees AS MATERIALIZED ("                                                                                \
  "SELECT f.target_account_id AS id, f.show_reblogs, nullif(f.languages, '{}') AS languages, false AS own"          \
  " FROM follows f WHERE f.account_id = $1 AND " DUNLIN_NOT_SUSPENDED("f.target_account_id")                        \
  " AND " DUNLIN_WELCOME("f.target_account_id", "$1", "$5")                                                         \
  " UNION ALL SELECT $1::bigint, true, NULL, true), "                                                               \
  "heads AS MATERIALIZED (SELECT f.* FROM followees f, " DUNLIN_HOME_OF_FOLLOWEE(order, "1")                       \
  " first ORDER BY first.id " order " LIMIT $4) "                                                                   \
  "SELECT e.id, e.reblog_of_id FROM heads f, " DUNLIN_HOME_OF_FOLLOWEE(order, "$4")                               \
  " e ORDER BY e.id " order " LIMIT $4"

const db::Statement kHome{"timelines.home", DUNLIN_HOME("DESC")};
const db::Statement kHomeUp{"timelines.home_up", DUNLIN_HOME("ASC")};

std::vector<StatusId> list_home_timeline(db::Tx& tx, AccountId reader, const model::Page& page) {
  return without_repeated_reblogs(page_rows(
      tx.exec(page.upwards() ? kHomeUp : kHome, {reader, page.below(), page.above(), page.limit, tx.now()}), page,
      [](const db::Row& row) { return Entry{.id = row.id<StatusId>(0), .reblog_of_id = row.opt_id<StatusId>(1)}; }));
}

}  // namespace dunlin::store
