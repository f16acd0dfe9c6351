#include "dunlin/db/statement.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/conversations.hpp"

namespace dunlin::store {

// Foreign keys take the account's rows away, not what the counters of others hold of them.
const db::Statement kSettleAccounts{"accounts.settle_accounts", R"sql(
WITH delta AS (
  SELECT id, sum(followers) AS followers, sum(following) AS following, sum(statuses) AS statuses
  FROM (
    SELECT target_account_id AS id, 1 AS followers, 0 AS following, 0 AS statuses FROM follows WHERE account_id = $1
    UNION ALL
    SELECT account_id, 0, 1, 0 FROM follows WHERE target_account_id = $1
    UNION ALL
    SELECT w.account_id, 0, 0, 1
    FROM statuses s JOIN statuses w ON w.reblog_of_id = s.id
    WHERE s.account_id = $1 AND w.account_id <> $1 AND w.deleted_at IS NULL AND w.visibility <> 3) lost
  GROUP BY id)
UPDATE account_stats a
SET followers_count = greatest(0, a.followers_count - d.followers),
    following_count = greatest(0, a.following_count - d.following),
    statuses_count = greatest(0, a.statuses_count - d.statuses)
FROM delta d
WHERE a.account_id = d.id)sql"};
const db::Statement kSettleStatuses{"accounts.settle_statuses", R"sql(
WITH delta AS (
  SELECT id, sum(replies) AS replies, sum(reblogs) AS reblogs, sum(favourites) AS favourites
  FROM (
    SELECT in_reply_to_id AS id, 1 AS replies, 0 AS reblogs, 0 AS favourites
    FROM statuses
    WHERE account_id = $1 AND in_reply_to_id IS NOT NULL AND visibility <= 1 AND deleted_at IS NULL
    UNION ALL
    SELECT reblog_of_id, 0, 1, 0
    FROM statuses
    WHERE account_id = $1 AND reblog_of_id IS NOT NULL AND deleted_at IS NULL
    UNION ALL
    SELECT status_id, 0, 0, 1 FROM favourites WHERE account_id = $1) lost
  GROUP BY id)
UPDATE status_stats s
SET replies_count = greatest(0, s.replies_count - d.replies),
    reblogs_count = greatest(0, s.reblogs_count - d.reblogs),
    favourites_count = greatest(0, s.favourites_count - d.favourites)
FROM delta d
WHERE s.status_id = d.id)sql"};
const db::Statement kDeleteAccount{"accounts.delete", "DELETE FROM accounts WHERE id = $1"};

void delete_account(db::Tx& tx, AccountId id) {
  tx.exec(kSettleAccounts, {id});
  tx.exec(kSettleStatuses, {id});
  forget_direct_statuses_of(tx, id);
  tx.exec(kDeleteAccount, {id});
}

}  // namespace dunlin::store
