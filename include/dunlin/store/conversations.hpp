#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/page.hpp"
#include "dunlin/model/status.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace dunlin::store {

/// Direct statuses together, as one of those who take part sees them.
struct Conversation {
  std::int64_t id = 0;
  std::vector<AccountId> participants{};  // without the owner, in order
  StatusId last_status_id;
  bool last_is_visible = false;  // not when its author has blocked the owner since, or was suspended
  bool unread = false;
};

/// Puts a direct status where `owner` finds it, unless the owner does not want to read its author. The row's id;
/// nullopt: not stored, or there already.
std::optional<std::int64_t> place_direct_status(db::Tx& tx, AccountId owner, const model::Status& status,
                                                std::span<const AccountId> participants, std::int64_t row_id,
                                                bool unread);
/// A deleted status, or all of a deleted account's: conversations show what came before, or are gone.
void forget_direct_status(db::Tx& tx, StatusId id);
void forget_direct_statuses_of(db::Tx& tx, AccountId author);

/// The cursor is the last status' id.
std::vector<Conversation> list_conversations(db::Tx& tx, AccountId owner, const model::Page& page);
std::optional<Conversation> find_conversation(db::Tx& tx, AccountId owner, std::int64_t id);
/// false: `owner` has no such conversation.
bool set_conversation_unread(db::Tx& tx, AccountId owner, std::int64_t id, bool unread);
bool delete_conversation(db::Tx& tx, AccountId owner, std::int64_t id);
/// All in which `other` takes part.
void delete_conversations_with(db::Tx& tx, AccountId owner, AccountId other);

/// Ids newest first.
std::vector<StatusId> list_direct_timeline(db::Tx& tx, AccountId owner, const model::Page& page);

}  // namespace dunlin::store
