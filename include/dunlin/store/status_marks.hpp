#pragma once

#include "dunlin/base/id.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/page.hpp"

#include <cstdint>
#include <optional>
#include <vector>

/// What accounts mark statuses with: pins, bookmarks, mutes of threads, and the lists of what they marked.
namespace dunlin::store {

/// A status under a hidden cursor.
struct StatusRef {
  std::int64_t row_id = 0;
  StatusId status_id;
};

/// Of one account's own statuses, newest first; for `viewer` (nullopt: anonymous) those that he may see.
std::vector<StatusId> list_pins(db::Tx& tx, AccountId who, std::optional<AccountId> viewer, int limit);
/// All of them, visible or not; locked until the transaction ends, so that a limit can be held.
std::vector<StatusId> lock_pins(db::Tx& tx, AccountId who);
void insert_pin(db::Tx& tx, AccountId who, StatusId status, std::int64_t row_id);
/// false: was not pinned.
bool delete_pin(db::Tx& tx, AccountId who, StatusId status);

void insert_bookmark(db::Tx& tx, AccountId who, StatusId status, std::int64_t row_id);
/// false: was not there.
bool delete_bookmark(db::Tx& tx, AccountId who, StatusId status);
/// Both lists: newest mark first, only statuses that `who` may (still) see.
std::vector<StatusRef> list_bookmarks(db::Tx& tx, AccountId who, const model::Page& page);
std::vector<StatusRef> list_favourites(db::Tx& tx, AccountId who, const model::Page& page);

void mute_conversation(db::Tx& tx, AccountId who, ConversationId id);
void unmute_conversation(db::Tx& tx, AccountId who, ConversationId id);

}  // namespace dunlin::store
