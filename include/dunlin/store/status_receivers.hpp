#pragma once

#include "dunlin/base/id.hpp"
#include "dunlin/db/tx.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// To which inboxes a status of ours was sent, however long ago.
namespace dunlin::store {

/// Replaces the set of the followers' inboxes and adds to the named ones. Statuses that went to the same followers'
/// inboxes share them: a row takes some 60 bytes. `digest` stands for the set: equal when and only when that is.
void save_status_receivers(db::Tx& tx, StatusId id, std::string_view digest, std::span<const std::string> of_followers,
                           std::span<const std::string> named);
/// Adds to the named ones of a status that was sent.
void add_named_receivers(db::Tx& tx, StatusId id, std::span<const std::string> named);

struct StatusReceivers {
  std::vector<std::string> of_followers;
  std::vector<std::string> named;
};
/// Empty when it was sent to nobody.
StatusReceivers list_status_receivers(db::Tx& tx, StatusId id);
bool has_status_receivers(db::Tx& tx, StatusId id);

using ReceiverSetId = Id<struct ReceiverSetTag>;

struct ReceiverSetPurge {
  std::size_t gone = 0;
  std::optional<ReceiverSetId> next;  // look on after it; nullopt: all were looked at
};
/// Removes sets that no status has any more, of those made before then. Looks at `limit` of them, those after `after`.
ReceiverSetPurge purge_receiver_sets(db::Tx& tx, Time before, ReceiverSetId after, int limit);

}  // namespace dunlin::store
