#include "dunlin/store/conversations.hpp"

#include "rows.hpp"
#include "sight.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

namespace {

Conversation read_conversation(const db::Row& row) {
  Conversation conversation{.id = row.i64(0),
                            .last_status_id = row.id<StatusId>(2),
                            .last_is_visible = row.boolean(3),
                            .unread = row.boolean(4)};
  for (const auto id : row.bigints(1)) conversation.participants.push_back(AccountId{id});
  return conversation;
}

}  // namespace

// An older status that comes late changes neither what is shown last nor whether it was read.
const db::Statement kPlaceDirectStatus{"conversations.place", R"sql(
WITH place AS (
  INSERT INTO account_conversations AS c (id, account_id, conversation_id, participant_ids, last_status_id, unread)
  SELECT $1::bigint, $2::bigint, $3::bigint, $4::bigint[], $5::bigint, $6::boolean
  WHERE ($7::bigint = $2 OR )sql" DUNLIN_WELCOME("$7::bigint", "$2", "$8::timestamptz") R"sql()
    AND NOT EXISTS (SELECT 1 FROM direct_statuses d WHERE d.account_id = $2 AND d.status_id = $5)
  ON CONFLICT (account_id, conversation_id, participant_ids) DO UPDATE
  SET last_status_id = greatest(c.last_status_id, EXCLUDED.last_status_id),
      unread = CASE WHEN EXCLUDED.last_status_id > c.last_status_id THEN EXCLUDED.unread ELSE c.unread END
  RETURNING id)
INSERT INTO direct_statuses (account_id, status_id, account_conversation_id)
SELECT $2, $5, id FROM place
RETURNING account_conversation_id)sql"};

std::optional<std::int64_t> place_direct_status(db::Tx& tx, AccountId owner, const model::Status& status,
                                                std::span<const AccountId> participants, std::int64_t row_id,
                                                bool unread) {
  return first_row(tx.exec(kPlaceDirectStatus, {row_id, owner, status.conversation_id, db::Param::ids(participants),
                                                status.id, unread, status.account_id, tx.now()}),
                   [](const db::Row& row) { return row.i64(0); });
}

// `which` are the rows of direct_statuses d that go. What is left of a conversation is looked for without them: a
// statement sees its own deletions not.
#define DUNLIN_FORGET(which)                                                                                           \
  "WITH gone AS (DELETE FROM direct_statuses d " which                                                                 \
  " RETURNING d.account_conversation_id AS id, d.status_id), "                                                         \
  "latest AS (SELECT g.id, max(l.status_id) AS status_id FROM (SELECT DISTINCT id FROM gone) g"                        \
  " LEFT JOIN direct_statuses l ON l.account_conversation_id = g.id"                                                   \
  " AND NOT EXISTS (SELECT 1 FROM gone x WHERE x.status_id = l.status_id) GROUP BY g.id), "                            \
  "emptied AS (DELETE FROM account_conversations c USING latest WHERE c.id = latest.id AND latest.status_id IS NULL) " \
  "UPDATE account_conversations c SET last_status_id = latest.status_id FROM latest"                                   \
  " WHERE c.id = latest.id AND latest.status_id IS NOT NULL"

const db::Statement kForgetDirectStatus{"conversations.forget_status", DUNLIN_FORGET("WHERE d.status_id = $1")};
const db::Statement kForgetDirectStatusesOf{
    "conversations.forget_author",
    DUNLIN_FORGET("USING statuses s WHERE s.id = d.status_id AND s.account_id = $1 AND s.visibility = 3")};

void forget_direct_status(db::Tx& tx, StatusId id) {
  tx.exec(kForgetDirectStatus, {id});
}

void forget_direct_statuses_of(db::Tx& tx, AccountId author) {
  tx.exec(kForgetDirectStatusesOf, {author});
}

#define DUNLIN_CONVERSATION_COLUMNS                                                                            \
  "c.id, c.participant_ids, c.last_status_id, EXISTS (SELECT 1 FROM statuses s WHERE s.id = c.last_status_id " \
  "AND " DUNLIN_SEES("s", "$1") "), c.unread"
#define DUNLIN_CONVERSATIONS(order)                                                                           \
  "SELECT " DUNLIN_CONVERSATION_COLUMNS                                                                       \
  " FROM account_conversations c WHERE c.account_id = $1 AND c.last_status_id < $2 AND c.last_status_id > $3" \
  " ORDER BY c.last_status_id " order ", c.id " order " LIMIT $4"

const db::Statement kListConversations{"conversations.list", DUNLIN_CONVERSATIONS("DESC")};
const db::Statement kListConversationsUp{"conversations.list_up", DUNLIN_CONVERSATIONS("ASC")};

std::vector<Conversation> list_conversations(db::Tx& tx, AccountId owner, const model::Page& page) {
  return page_rows(tx.exec(page.upwards() ? kListConversationsUp : kListConversations,
                           {owner, page.below(), page.above(), page.limit}),
                   page, read_conversation);
}

const db::Statement kFindConversation{"conversations.find",
                                      "SELECT " DUNLIN_CONVERSATION_COLUMNS
                                      " FROM account_conversations c WHERE c.account_id = $1 AND c.id = $2"};

std::optional<Conversation> find_conversation(db::Tx& tx, AccountId owner, std::int64_t id) {
  return first_row(tx.exec(kFindConversation, {owner, id}), read_conversation);
}

const db::Statement kSetConversationUnread{
    "conversations.set_unread", "UPDATE account_conversations SET unread = $3 WHERE account_id = $1 AND id = $2"};

bool set_conversation_unread(db::Tx& tx, AccountId owner, std::int64_t id, bool unread) {
  return tx.exec(kSetConversationUnread, {owner, id, unread}).affected() > 0;
}

const db::Statement kDeleteConversation{"conversations.delete",
                                        "DELETE FROM account_conversations WHERE account_id = $1 AND id = $2"};

bool delete_conversation(db::Tx& tx, AccountId owner, std::int64_t id) {
  return tx.exec(kDeleteConversation, {owner, id}).affected() > 0;
}

const db::Statement kDeleteConversationsWith{
    "conversations.delete_with",
    "DELETE FROM account_conversations WHERE account_id = $1 AND $2::bigint = ANY(participant_ids)"};

void delete_conversations_with(db::Tx& tx, AccountId owner, AccountId other) {
  tx.exec(kDeleteConversationsWith, {owner, other});
}

#define DUNLIN_DIRECT(order)                                                                         \
  "SELECT s.id FROM direct_statuses d JOIN statuses s ON s.id = d.status_id WHERE d.account_id = $1" \
  " AND d.status_id < $2 AND d.status_id > $3 AND " DUNLIN_SEES(                                     \
      "s", "$1") " AND (s.account_id = $1 OR " DUNLIN_WELCOME("s.account_id", "$1",                  \
                                                              "$5") ") ORDER BY d.status_id " order " LIMIT $4"

const db::Statement kDirect{"timelines.direct", DUNLIN_DIRECT("DESC")};
const db::Statement kDirectUp{"timelines.direct_up", DUNLIN_DIRECT("ASC")};

std::vector<StatusId> list_direct_timeline(db::Tx& tx, AccountId owner, const model::Page& page) {
  return page_rows(
      tx.exec(page.upwards() ? kDirectUp : kDirect, {owner, page.below(), page.above(), page.limit, tx.now()}), page,
      [](const db::Row& row) { return row.id<StatusId>(0); });
}

}  // namespace dunlin::store
