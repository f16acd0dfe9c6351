#include "dunlin/store/status_marks.hpp"

#include "rows.hpp"
#include "sight.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

namespace {

StatusRef read_ref(const db::Row& row) {
  return {.row_id = row.i64(0), .status_id = row.id<StatusId>(1)};
}

StatusId read_id(const db::Row& row) {
  return row.id<StatusId>(0);
}

}  // namespace

const db::Statement kListPins{
    "status_marks.pins",
    "SELECT p.status_id FROM pins p JOIN statuses s ON s.id = p.status_id WHERE p.account_id = $1 "
    "AND s.account_id = $1 AND " DUNLIN_VISIBLE("s", "$2") " ORDER BY p.id DESC LIMIT $3"};

std::vector<StatusId> list_pins(db::Tx& tx, AccountId who, std::optional<AccountId> viewer, int limit) {
  return all_rows(tx.exec(kListPins, {who, viewer.value_or(AccountId{}), limit}), read_id);
}

// The account's row is the lock: two first pins have no row of their own to wait for.
const db::Statement kLockPinner{"status_marks.lock_pinner", "SELECT id FROM accounts WHERE id = $1 FOR NO KEY UPDATE"};
const db::Statement kAllPins{"status_marks.all_pins",
                             "SELECT status_id FROM pins WHERE account_id = $1 ORDER BY id DESC"};

std::vector<StatusId> lock_pins(db::Tx& tx, AccountId who) {
  tx.exec(kLockPinner, {who});
  return all_rows(tx.exec(kAllPins, {who}), read_id);
}

const db::Statement kInsertPin{"status_marks.insert_pin", R"sql(
INSERT INTO pins (id, account_id, status_id, created_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (account_id, status_id) DO NOTHING)sql"};

void insert_pin(db::Tx& tx, AccountId who, StatusId status, std::int64_t row_id) {
  tx.exec(kInsertPin, {row_id, who, status, tx.now()});
}

const db::Statement kDeletePin{"status_marks.delete_pin", "DELETE FROM pins WHERE account_id = $1 AND status_id = $2"};

bool delete_pin(db::Tx& tx, AccountId who, StatusId status) {
  return tx.exec(kDeletePin, {who, status}).affected() > 0;
}

const db::Statement kInsertBookmark{"status_marks.insert_bookmark", R"sql(
INSERT INTO bookmarks (id, account_id, status_id, created_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (account_id, status_id) DO NOTHING)sql"};

void insert_bookmark(db::Tx& tx, AccountId who, StatusId status, std::int64_t row_id) {
  tx.exec(kInsertBookmark, {row_id, who, status, tx.now()});
}

const db::Statement kDeleteBookmark{"status_marks.delete_bookmark",
                                    "DELETE FROM bookmarks WHERE account_id = $1 AND status_id = $2"};

bool delete_bookmark(db::Tx& tx, AccountId who, StatusId status) {
  return tx.exec(kDeleteBookmark, {who, status}).affected() > 0;
}

#define DUNLIN_MARKED(table, order)                                            \
  "SELECT m.id, m.status_id FROM " table                                       \
  " m JOIN statuses s ON s.id = m.status_id WHERE m.account_id = $1 AND m.id " \
  "< $2 AND m.id > $3 AND " DUNLIN_VISIBLE("s", "$1") " ORDER BY m.id " order " LIMIT $4"

const db::Statement kBookmarks{"status_marks.bookmarks", DUNLIN_MARKED("bookmarks", "DESC")};
const db::Statement kBookmarksUp{"status_marks.bookmarks_up", DUNLIN_MARKED("bookmarks", "ASC")};
const db::Statement kFavourites{"status_marks.favourites", DUNLIN_MARKED("favourites", "DESC")};
const db::Statement kFavouritesUp{"status_marks.favourites_up", DUNLIN_MARKED("favourites", "ASC")};

std::vector<StatusRef> list_bookmarks(db::Tx& tx, AccountId who, const model::Page& page) {
  return page_rows(tx.exec(page.upwards() ? kBookmarksUp : kBookmarks, {who, page.below(), page.above(), page.limit}),
                   page, read_ref);
}

std::vector<StatusRef> list_favourites(db::Tx& tx, AccountId who, const model::Page& page) {
  return page_rows(tx.exec(page.upwards() ? kFavouritesUp : kFavourites, {who, page.below(), page.above(), page.limit}),
                   page, read_ref);
}

const db::Statement kMuteConversation{"status_marks.mute_conversation", R"sql(
INSERT INTO conversation_mutes (account_id, conversation_id, created_at) VALUES ($1, $2, $3)
ON CONFLICT (account_id, conversation_id) DO NOTHING)sql"};

void mute_conversation(db::Tx& tx, AccountId who, ConversationId id) {
  tx.exec(kMuteConversation, {who, id, tx.now()});
}

const db::Statement kUnmuteConversation{
    "status_marks.unmute_conversation",
    "DELETE FROM conversation_mutes WHERE account_id = $1 AND conversation_id = $2"};

void unmute_conversation(db::Tx& tx, AccountId who, ConversationId id) {
  tx.exec(kUnmuteConversation, {who, id});
}

}  // namespace dunlin::store
