#include "dunlin/store/post_alerts.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

const db::Statement kAlertedFollowers{"relationships.alerted_followers", R"sql(
SELECT f.account_id
FROM follows f JOIN accounts a ON a.id = f.account_id
WHERE f.target_account_id = $1 AND f.notify AND a.domain IS NULL AND a.suspended_at IS NULL
  AND (coalesce(cardinality(f.languages), 0) = 0 OR $2::text IS NULL OR $2::text = ANY(f.languages))
  AND NOT EXISTS (SELECT 1 FROM mentions m WHERE m.status_id = $3 AND m.account_id = f.account_id AND NOT m.silent)
ORDER BY f.id)sql"};

std::vector<AccountId> list_alerted_followers(db::Tx& tx, const model::Status& status) {
  return all_rows(tx.exec(kAlertedFollowers, {status.account_id, status.language, status.id}),
                  [](const db::Row& row) { return row.id<AccountId>(0); });
}

}  // namespace dunlin::store
