#include "account_refs.hpp"
#include "rows.hpp"
#include "sight.hpp"

#include "dunlin/db/statement.hpp"
#include "dunlin/store/relationships.hpp"

namespace dunlin::store {

// The rows of `table` whose `of` is $1, with the account in `shown`.
#define DUNLIN_REFS(table, of, shown, order)              \
  "SELECT r.id, r." shown " FROM " table " r WHERE r." of \
  " = $1 AND r.id < $2 AND r.id > $3 AND " DUNLIN_NOT_SUSPENDED("r." shown) " ORDER BY r.id " order " LIMIT $4"

const db::Statement kFollowers{"relationships.followers",
                               DUNLIN_REFS("follows", "target_account_id", "account_id", "DESC")};
const db::Statement kFollowersUp{"relationships.followers_up",
                                 DUNLIN_REFS("follows", "target_account_id", "account_id", "ASC")};

std::vector<AccountRef> list_followers(db::Tx& tx, AccountId id, const model::Page& page) {
  return read_account_refs(tx, kFollowers, kFollowersUp, id.value, page);
}

const db::Statement kFollowing{"relationships.following",
                               DUNLIN_REFS("follows", "account_id", "target_account_id", "DESC")};
const db::Statement kFollowingUp{"relationships.following_up",
                                 DUNLIN_REFS("follows", "account_id", "target_account_id", "ASC")};

std::vector<AccountRef> list_following(db::Tx& tx, AccountId id, const model::Page& page) {
  return read_account_refs(tx, kFollowing, kFollowingUp, id.value, page);
}

const db::Statement kFollowRequests{"relationships.follow_requests",
                                    DUNLIN_REFS("follow_requests", "target_account_id", "account_id", "DESC")};
const db::Statement kFollowRequestsUp{"relationships.follow_requests_up",
                                      DUNLIN_REFS("follow_requests", "target_account_id", "account_id", "ASC")};

std::vector<AccountRef> list_follow_requests(db::Tx& tx, AccountId id, const model::Page& page) {
  return read_account_refs(tx, kFollowRequests, kFollowRequestsUp, id.value, page);
}

const db::Statement kCountFollowRequests{
    "relationships.count_follow_requests",
    "SELECT count(*) FROM follow_requests r WHERE r.target_account_id = $1 AND " DUNLIN_NOT_SUSPENDED("r.account_id")};

std::int64_t count_follow_requests(db::Tx& tx, AccountId id) {
  return tx.exec(kCountFollowRequests, {id})[0].i64(0);
}

const db::Statement kFollowerInboxes{"relationships.follower_inboxes", R"sql(
SELECT DISTINCT coalesce(nullif(a.shared_inbox_url, ''), a.inbox_url) COLLATE "C" AS inbox
FROM follows f JOIN accounts a ON a.id = f.account_id
WHERE f.target_account_id = $1 AND a.domain IS NOT NULL AND a.inbox_url <> '' AND a.suspended_at IS NULL
  AND coalesce(nullif(a.shared_inbox_url, ''), a.inbox_url) COLLATE "C" > $2
  AND NOT EXISTS (SELECT 1 FROM account_domain_blocks b WHERE b.account_id = $4 AND b.domain = a.domain)
ORDER BY inbox
LIMIT $3)sql"};

std::vector<std::string> list_follower_inboxes(db::Tx& tx, AccountId id, std::string_view after, int limit,
                                               AccountId speaker) {
  return all_rows(tx.exec(kFollowerInboxes, {id, after, limit, speaker}),
                  [](const db::Row& row) { return std::string(row.text(0)); });
}

const db::Statement kHasLocalFollower{"relationships.has_local_follower", R"sql(
SELECT EXISTS (SELECT 1 FROM follows f JOIN accounts a ON a.id = f.account_id
               WHERE f.target_account_id = $1 AND a.domain IS NULL AND a.suspended_at IS NULL))sql"};

bool has_local_follower(db::Tx& tx, AccountId id) {
  return tx.exec(kHasLocalFollower, {id})[0].boolean(0);
}

const db::Statement kListBlockerInboxes{"relationships.list_blocker_inboxes", R"sql(
SELECT DISTINCT coalesce(nullif(a.shared_inbox_url, ''), a.inbox_url) AS inbox
FROM blocks b JOIN accounts a ON a.id = b.account_id
WHERE b.target_account_id = $1 AND a.domain IS NOT NULL AND a.suspended_at IS NULL AND a.inbox_url <> ''
ORDER BY inbox)sql"};

std::vector<std::string> list_blocker_inboxes(db::Tx& tx, AccountId id) {
  return all_rows(tx.exec(kListBlockerInboxes, {id}), [](const db::Row& row) { return std::string(row.text(0)); });
}

const db::Statement kFindLocalFollower{"relationships.find_local_follower", R"sql(
SELECT f.account_id FROM follows f JOIN accounts a ON a.id = f.account_id
WHERE f.target_account_id = $1 AND a.domain IS NULL AND a.suspended_at IS NULL
ORDER BY f.id
LIMIT 1)sql"};

std::optional<AccountId> find_local_follower(db::Tx& tx, AccountId id) {
  return first_row(tx.exec(kFindLocalFollower, {id}), [](const db::Row& row) { return row.id<AccountId>(0); });
}

}  // namespace dunlin::store
