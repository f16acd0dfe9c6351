#include "feed_sources.hpp"
#include "rows.hpp"

#include "dunlin/db/statement.hpp"
#include "dunlin/store/lists.hpp"
#include "dunlin/store/timelines.hpp"

namespace dunlin::store {

// As home (feed_sources.hpp), of the members that the owner follows and of himself if he is one; $6 list, $7 replies
// policy (model/list.hpp).
#define DUNLIN_LIST_ADMITS                                             \
  DUNLIN_FEED_ADMITS("($7::smallint = 1 AND " DUNLIN_REPLY_TO_FOLLOWED \
                     ") OR ($7::smallint = 0 AND EXISTS (SELECT 1"     \
                     " FROM list_accounts m WHERE m.list_id = $6 AND m.account_id = c.in_reply_to_account_id))")

#define DUNLIN_LIST(order) \
  "WITH " DUNLIN_UNWELCOME("$1", "$5") ", members AS MATERIALIZED ("                                                                                     \
  "SELECT f.target_account_id AS id, f.show_reblogs, nullif(f.languages, '{}') AS languages, false AS own"             \
  " FROM list_accounts la JOIN follows f ON f.account_id = $1 AND f.target_account_id = la.account_id"                 \
  " WHERE la.list_id = $6 AND " DUNLIN_NOT_SUSPENDED("la.account_id") " AND " DUNLIN_AMONG_WELCOME("la.account_id", "$1") \
  " UNION ALL SELECT $1::bigint, true, NULL, true"                                                                     \
  " FROM list_accounts la WHERE la.list_id = $6 AND la.account_id = $1), "                                             \
  "heads AS MATERIALIZED (SELECT f.* FROM members f, " DUNLIN_OF_FOLLOWEE(DUNLIN_LIST_ADMITS, order, "1")              \
  " first ORDER BY first.id " order " LIMIT $4) "                                                                      \
  "SELECT e.id, e.reblog_of_id FROM heads f, " DUNLIN_OF_FOLLOWEE(DUNLIN_LIST_ADMITS, order, "$4") " e ORDER BY e.id " order " LIMIT $4"

const db::Statement kList{"timelines.list", DUNLIN_LIST("DESC")};
const db::Statement kListUp{"timelines.list_up", DUNLIN_LIST("ASC")};

std::vector<StatusId> list_list_timeline(db::Tx& tx, const model::List& list, const model::Page& page) {
  const auto entries = page_rows(
      tx.exec(page.upwards() ? kListUp : kList, {list.account_id, page.below(), page.above(), page.limit, tx.now(),
                                                 list.id, static_cast<int>(list.replies_policy)}),
      page,
      [](const db::Row& row) { return HomeEntry{row.id<StatusId>(0), row.opt_id<StatusId>(1).value_or(StatusId{})}; });
  return without_repeated_reblogs(entries);
}

}  // namespace dunlin::store
