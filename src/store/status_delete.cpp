#include "status_rows.hpp"

#include "dunlin/db/statement.hpp"
#include "dunlin/store/conversations.hpp"
#include "dunlin/store/statuses.hpp"

namespace dunlin::store {

// The bare row stays, so that the Delete can still be rendered; what was written goes at once.
const db::Statement kDeleteStatus{"statuses.delete", R"sql(
WITH gone AS (
  UPDATE statuses
  SET deleted_at = $2, content = '', source = '', spoiler_text = '', tags = '{}', tag_names = '{}'
  WHERE (id = $1 OR reblog_of_id = $1) AND deleted_at IS NULL
    AND EXISTS (SELECT 1 FROM statuses t WHERE t.id = $1 AND t.deleted_at IS NULL)
  RETURNING id, account_id, visibility, in_reply_to_id, in_reply_to_account_id, in_reply_to_uri, reblog_of_id),
authors AS (
  UPDATE account_stats a
  SET statuses_count = greatest(0, a.statuses_count - g.statuses),
      replies_count = greatest(0, a.replies_count - g.replies)
  FROM (
    SELECT account_id, count(*) AS statuses, count(*) FILTER (WHERE )sql" DUNLIN_IS_REPLY("gone") R"sql() AS replies
    FROM gone
    WHERE visibility <> 3
    GROUP BY account_id) g
  WHERE a.account_id = g.account_id),
unquoted AS (
  DELETE FROM quotes WHERE status_id IN (SELECT id FROM gone) RETURNING quoted_status_id, state),
counted AS (
  UPDATE status_stats s
  SET replies_count = greatest(0, s.replies_count - d.replies),
      reblogs_count = greatest(0, s.reblogs_count - d.reblogs),
      quotes_count = greatest(0, s.quotes_count - d.quotes)
  FROM (
    SELECT id, sum(replies) AS replies, sum(reblogs) AS reblogs, sum(quotes) AS quotes
    FROM (
      SELECT in_reply_to_id AS id, 1 AS replies, 0 AS reblogs, 0 AS quotes
      FROM gone
      WHERE in_reply_to_id IS NOT NULL AND visibility <= 1
      UNION ALL
      SELECT reblog_of_id, 0, 1, 0 FROM gone WHERE reblog_of_id IS NOT NULL
      UNION ALL
      SELECT quoted_status_id, 0, 0, 1 FROM unquoted WHERE quoted_status_id IS NOT NULL AND state = 1) changes
    GROUP BY id) d
  WHERE s.status_id = d.id),
untold AS (
  DELETE FROM notifications WHERE status_id IN (SELECT id FROM gone)),
untagged AS (
  DELETE FROM public_status_tags WHERE status_id IN (SELECT id FROM gone)),
unsearched AS (
  DELETE FROM status_search WHERE status_id IN (SELECT id FROM gone)),
unpinned AS (
  DELETE FROM pins WHERE status_id IN (SELECT id FROM gone)),
unwritten AS (
  DELETE FROM status_edits WHERE status_id IN (SELECT id FROM gone)),
unasked AS (
  DELETE FROM polls WHERE status_id IN (SELECT id FROM gone))
SELECT count(*) FROM gone)sql"};

bool delete_status(db::Tx& tx, const model::Status& status) {
  if (tx.exec(kDeleteStatus, {status.id, tx.now()})[0].i64(0) == 0) return false;
  if (status.visibility == model::Visibility::direct) forget_direct_status(tx, status.id);
  return true;
}

// An array: a generic plan takes the unknown LIMIT for a tenth of the table, and IN for a join with all of it.
const db::Statement kPurgeDeletedStatuses{"statuses.purge_deleted", R"sql(
DELETE FROM statuses
WHERE id = ANY(ARRAY(SELECT id FROM statuses WHERE deleted_at < $1 ORDER BY deleted_at LIMIT $2)))sql"};

std::size_t purge_deleted_statuses(db::Tx& tx, Time before, int limit) {
  return tx.exec(kPurgeDeletedStatuses, {before, limit}).affected();
}

}  // namespace dunlin::store
