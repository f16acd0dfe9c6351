#include "rows.hpp"
#include "sight.hpp"
#include "status_rows.hpp"

#include "dunlin/db/statement.hpp"
#include "dunlin/store/statuses.hpp"

#include <stdexcept>

namespace dunlin::store {

const db::Statement kInsertConversation{"conversations.insert", R"sql(
WITH new AS (
  INSERT INTO conversations (id, uri, created_at)
  SELECT $1::bigint, $2::text, $3::timestamptz
  WHERE $2::text IS NULL OR NOT EXISTS (SELECT 1 FROM conversations WHERE uri = $2)
  ON CONFLICT (uri) DO NOTHING
  RETURNING id)
SELECT id FROM new
UNION ALL
SELECT id FROM conversations WHERE uri = $2
LIMIT 1)sql"};

ConversationId insert_conversation(db::Tx& tx, ConversationId id, const std::optional<std::string>& uri) {
  // Nothing comes back when another session has just made it: the second look sees that row.
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto rows = tx.exec(kInsertConversation, {id, uri, tx.now()});
    if (!rows.empty()) return rows[0].id<ConversationId>(0);
  }
  throw std::logic_error("a conversation is neither there nor can it be made");
}

const db::Statement kListThread{
    "conversations.list_thread",
    "SELECT " DUNLIN_STATUS_COLUMNS " FROM " DUNLIN_STATUS_TABLES
    " WHERE s.conversation_id = $2 AND " DUNLIN_VISIBLE("s", "$1") " ORDER BY s.id LIMIT $3"};

std::vector<model::Status> list_thread(db::Tx& tx, std::optional<AccountId> viewer, ConversationId id, int limit) {
  return all_rows(tx.exec(kListThread, {viewer.value_or(AccountId{}), id, limit}), read_status);
}

// The conflicting row is locked even where it is not changed, so that a claim waits for one that is not committed.
const db::Statement kClaimIdempotencyKey{"idempotency_keys.claim", R"sql(
INSERT INTO idempotency_keys (account_id, key, status_id, created_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (account_id, key) DO UPDATE
SET status_id = EXCLUDED.status_id, created_at = EXCLUDED.created_at
WHERE idempotency_keys.created_at <= EXCLUDED.created_at - interval '1 hour'
RETURNING status_id)sql"};
const db::Statement kFindIdempotencyKey{"idempotency_keys.find",
                                        "SELECT status_id FROM idempotency_keys WHERE account_id = $1 AND key = $2"};

std::optional<StatusId> claim_idempotency_key(db::Tx& tx, AccountId who, std::string_view key, StatusId id) {
  if (!tx.exec(kClaimIdempotencyKey, {who, key, id, tx.now()}).empty()) return std::nullopt;
  return tx.exec(kFindIdempotencyKey, {who, key})[0].id<StatusId>(0);
}

const db::Statement kPurgeIdempotencyKeys{"idempotency_keys.purge",
                                          "DELETE FROM idempotency_keys WHERE created_at < $1"};

std::size_t purge_idempotency_keys(db::Tx& tx, Time before) {
  return tx.exec(kPurgeIdempotencyKeys, {before}).affected();
}

}  // namespace dunlin::store
