#include "dunlin/store/federation.hpp"

#include "rows.hpp"
#include "sight.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

namespace {

StatusUri read_ref(const db::Row& row) {
  return {.id = row.id<StatusId>(0), .uri = std::string(row.text(1))};
}

}  // namespace

const db::Statement kLockObject{"federation.lock_object", "SELECT pg_advisory_xact_lock(hashtextextended($1, 7))"};

void lock_object(db::Tx& tx, std::string_view uri) {
  tx.exec(kLockObject, {uri});
}

const db::Statement kFollowersOn{"federation.followers_on", R"sql(
SELECT a.uri
FROM follows f JOIN accounts a ON a.id = f.account_id
WHERE f.target_account_id = $1 AND starts_with(a.uri, $2) AND a.suspended_at IS NULL
ORDER BY a.uri)sql"};

std::vector<std::string> list_follower_uris_on(db::Tx& tx, AccountId id, std::string_view origin) {
  return all_rows(tx.exec(kFollowersOn, {id, std::string(origin) + "/"}),
                  [](const db::Row& row) { return std::string(row.text(0)); });
}

const db::Statement kFollowersOnHosts{"federation.followers_on_hosts", R"sql(
SELECT f.target_account_id, a.uri, a.inbox_url, a.shared_inbox_url
FROM follows f JOIN accounts a ON a.id = f.account_id
WHERE f.target_account_id = ANY($1::bigint[]) AND a.domain IS NOT NULL AND a.suspended_at IS NULL
  AND lower(split_part(a.uri, '/', 3)) = ANY($2::text[]))sql"};

std::vector<RemoteFollower> list_followers_on(db::Tx& tx, std::span<const AccountId> targets,
                                              std::span<const std::string> hosts) {
  return all_rows(tx.exec(kFollowersOnHosts, {db::Param::ids(targets), db::Param::texts(hosts)}),
                  [](const db::Row& row) {
                    return RemoteFollower{.target = row.id<AccountId>(0),
                                          .uri = std::string(row.text(1)),
                                          .inbox = std::string(row.text(2)),
                                          .shared_inbox = std::string(row.text(3))};
                  });
}

const db::Statement kLocalFollowers{"federation.local_followers", R"sql(
SELECT a.uri
FROM follows f JOIN accounts a ON a.id = f.account_id
WHERE f.target_account_id = $1 AND a.domain IS NULL
ORDER BY a.uri COLLATE "C")sql"};

std::vector<std::string> list_local_follower_uris(db::Tx& tx, AccountId id) {
  return all_rows(tx.exec(kLocalFollowers, {id}), [](const db::Row& row) { return std::string(row.text(0)); });
}

const db::Statement kClaimSync{"federation.claim_sync", R"sql(
INSERT INTO follower_syncs (account_id, synced_at) VALUES ($1, $2)
ON CONFLICT (account_id) DO UPDATE SET synced_at = EXCLUDED.synced_at WHERE follower_syncs.synced_at < $3)sql"};

bool claim_follower_sync(db::Tx& tx, AccountId id, Time before) {
  return tx.exec(kClaimSync, {id, tx.now(), before}).affected() > 0;
}

const db::Statement kInboxesWithFollowers{"federation.inboxes_with_followers", R"sql(
SELECT u.inbox
FROM unnest($2::text[]) AS u (inbox)
WHERE EXISTS (
  SELECT 1
  FROM follows f JOIN accounts a ON a.id = f.account_id
  WHERE f.target_account_id = $1 AND (a.inbox_url = u.inbox OR a.shared_inbox_url = u.inbox)
    AND a.suspended_at IS NULL))sql"};

std::vector<std::string> list_inboxes_with_followers(db::Tx& tx, AccountId id, std::span<const std::string> inboxes) {
  return all_rows(tx.exec(kInboxesWithFollowers, {id, db::Param::texts(inboxes)}),
                  [](const db::Row& row) { return std::string(row.text(0)); });
}

const db::Statement kAccountByInbox{"federation.account_by_inbox", R"sql(
SELECT id FROM accounts WHERE inbox_url = $1 AND domain IS NOT NULL AND shared_inbox_url <> $1 LIMIT 1)sql"};

std::optional<AccountId> find_account_by_inbox(db::Tx& tx, std::string_view inbox_url) {
  return first_row(tx.exec(kAccountByInbox, {inbox_url}), [](const db::Row& row) { return row.id<AccountId>(0); });
}

const db::Statement kKnownInboxes{"federation.known_inboxes", R"sql(
SELECT coalesce(nullif(a.shared_inbox_url, ''), a.inbox_url)
FROM instances i
CROSS JOIN LATERAL (
  SELECT shared_inbox_url, inbox_url
  FROM accounts
  WHERE domain = i.domain AND inbox_url <> '' AND suspended_at IS NULL
  ORDER BY shared_inbox_url = '', id
  LIMIT 1) AS a)sql"};

std::vector<std::string> list_known_inboxes(db::Tx& tx) {
  return all_rows(tx.exec(kKnownInboxes, {}), [](const db::Row& row) { return std::string(row.text(0)); });
}

// Each part reads the newest of its index only.
const db::Statement kAcquaintedInboxes{"federation.acquainted_inboxes", R"sql(
WITH own AS MATERIALIZED (
  SELECT id, in_reply_to_account_id, reblog_of_id
  FROM statuses
  WHERE account_id = $1 AND id >= $2 AND deleted_at IS NULL
  ORDER BY id DESC
  LIMIT 1000),
met AS (
  SELECT m.account_id FROM own JOIN mentions m ON m.status_id = own.id
  UNION
  SELECT in_reply_to_account_id FROM own
  UNION
  SELECT s.account_id FROM own JOIN statuses s ON s.id = own.reblog_of_id
  UNION
  SELECT s.account_id
  FROM (SELECT status_id FROM favourites WHERE account_id = $1 AND id >= $2 ORDER BY id DESC LIMIT 1000) f
  JOIN statuses s ON s.id = f.status_id
  UNION
  (SELECT from_account_id FROM notifications WHERE account_id = $1 AND id >= $2 ORDER BY id DESC LIMIT 1000)
  UNION
  (SELECT target_account_id FROM follow_requests WHERE account_id = $1 LIMIT 1000)
  UNION
  (SELECT account_id FROM follow_requests WHERE target_account_id = $1 ORDER BY id DESC LIMIT 1000))
SELECT DISTINCT coalesce(nullif(a.shared_inbox_url, ''), a.inbox_url)
FROM met JOIN accounts a ON a.id = met.account_id
WHERE a.domain IS NOT NULL AND a.inbox_url <> '' AND a.suspended_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = $1 AND b.target_account_id = a.id)
  AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = a.id AND b.target_account_id = $1)
  AND NOT EXISTS (SELECT 1 FROM account_domain_blocks b WHERE b.account_id = $1 AND b.domain = a.domain))sql"};

std::vector<std::string> list_acquainted_inboxes(db::Tx& tx, AccountId id, Time since) {
  return all_rows(tx.exec(kAcquaintedInboxes, {id, since.time_since_epoch().count() << 16U}),
                  [](const db::Row& row) { return std::string(row.text(0)); });
}

const db::Statement kHasFollowerOn{"federation.has_follower_on", R"sql(
SELECT EXISTS (
  SELECT 1
  FROM follows f JOIN accounts a ON a.id = f.account_id
  WHERE f.target_account_id = $1 AND starts_with(a.uri, $2)))sql"};

bool has_follower_on(db::Tx& tx, AccountId id, std::string_view origin) {
  return tx.exec(kHasFollowerOn, {id, std::string(origin) + "/"})[0].boolean(0);
}

const db::Statement kThreadHeads{"federation.thread_heads", R"sql(
SELECT c.id, c.uri,
       (SELECT s.id FROM statuses s
        WHERE s.conversation_id = c.id AND s.local AND s.in_reply_to_id IS NULL AND s.in_reply_to_uri IS NULL
          AND s.reblog_of_id IS NULL
        ORDER BY s.id LIMIT 1)
FROM conversations c
WHERE c.id = ANY($1::bigint[]))sql"};

std::map<ConversationId, ThreadHead> list_thread_heads(db::Tx& tx, std::span<const ConversationId> ids) {
  std::map<ConversationId, ThreadHead> result;
  if (ids.empty()) return result;
  for (const auto row : tx.exec(kThreadHeads, {db::Param::ids(ids)})) {
    result.emplace(row.id<ConversationId>(0), ThreadHead{.uri = row.opt_text(1), .root = row.opt_id<StatusId>(2)});
  }
  return result;
}

const db::Statement kQuoteUris{"federation.quote_uris", R"sql(
SELECT status_id, quoted_uri, CASE WHEN state = 1 THEN coalesce(approval_uri, '') ELSE '' END
FROM quotes
WHERE status_id = ANY($1::bigint[]))sql"};

std::map<StatusId, QuoteUris> list_quote_uris(db::Tx& tx, std::span<const StatusId> ids) {
  std::map<StatusId, QuoteUris> result;
  if (ids.empty()) return result;
  for (const auto row : tx.exec(kQuoteUris, {db::Param::ids(ids)})) {
    result.emplace(row.id<StatusId>(0),
                   QuoteUris{.quoted = std::string(row.text(1)), .authorization = std::string(row.text(2))});
  }
  return result;
}

const db::Statement kCountLocalMentions{"federation.count_local_mentions", R"sql(
SELECT count(*)
FROM statuses s JOIN mentions m ON m.status_id = s.id JOIN accounts a ON a.id = m.account_id
WHERE s.account_id = $1 AND s.created_at > $2 AND a.domain IS NULL)sql"};

std::int64_t count_local_mentions(db::Tx& tx, AccountId author, Time since) {
  return tx.exec(kCountLocalMentions, {author, since})[0].i64(0);
}

const db::Statement kIsKnownHost{"federation.is_known_host",
                                 "SELECT EXISTS (SELECT 1 FROM instances WHERE domain = $1)"};

bool is_known_host(db::Tx& tx, std::string_view host) {
  return tx.exec(kIsKnownHost, {host})[0].boolean(0);
}

// Among what it sent last: a busy host that sends none has a long week.
const db::Statement kHostSends{"federation.host_sends", R"sql(
SELECT EXISTS (
  SELECT 1 FROM (SELECT type FROM inbound_activities WHERE host = $1 ORDER BY id DESC LIMIT 2000) recent WHERE type = $2))sql"};

bool host_sends(db::Tx& tx, std::string_view host, std::string_view type) {
  return tx.exec(kHostSends, {host, type})[0].boolean(0);
}

const db::Statement kListContext{"federation.list_context", R"sql(
SELECT s.id, s.uri
FROM statuses s
WHERE s.conversation_id = $1 AND s.id > $2 AND s.reblog_of_id IS NULL AND )sql" DUNLIN_SEES("s", "0") R"sql(
ORDER BY s.id
LIMIT $3)sql"};

std::vector<StatusUri> list_context(db::Tx& tx, ConversationId id, StatusId after, int limit) {
  return all_rows(tx.exec(kListContext, {id, after, limit}), read_ref);
}

const db::Statement kListReplies{"federation.list_replies", R"sql(
SELECT s.id, s.uri
FROM statuses s
WHERE s.in_reply_to_id = $1 AND s.id > $2 AND (s.account_id = $3) = $4 AND )sql" DUNLIN_SEES("s", "0") R"sql(
ORDER BY s.id
LIMIT $5)sql"};

std::vector<StatusUri> list_replies(db::Tx& tx, const model::Status& parent, bool by_author, StatusId after,
                                    int limit) {
  return all_rows(tx.exec(kListReplies, {parent.id, after, parent.account_id, by_author, limit}), read_ref);
}

const db::Statement kListOwnReplies{"federation.list_own_replies", R"sql(
SELECT p.id, own.uri
FROM statuses p
CROSS JOIN LATERAL (
  SELECT s.id, s.uri
  FROM statuses s
  WHERE s.in_reply_to_id = p.id AND s.account_id = p.account_id AND )sql" DUNLIN_SEES("s", "0") R"sql(
  ORDER BY s.id
  LIMIT $2) own
WHERE p.id = ANY($1::bigint[])
ORDER BY p.id, own.id)sql"};

std::map<StatusId, std::vector<std::string>> list_own_replies(db::Tx& tx, std::span<const StatusId> parents,
                                                              int limit) {
  std::map<StatusId, std::vector<std::string>> replies;
  if (parents.empty()) return replies;
  for (const auto row : tx.exec(kListOwnReplies, {db::Param::ids(parents), limit}))
    replies[row.id<StatusId>(0)].emplace_back(row.text(1));
  return replies;
}

}  // namespace dunlin::store
