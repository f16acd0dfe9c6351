#pragma once

#include "dunlin/base/id.hpp"
#include "dunlin/db/tx.hpp"

#include <cstddef>
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

/// Sets that no status has any more, of those made before then; at most `limit` are looked at.
std::size_t purge_receiver_sets(db::Tx& tx, Time before, int limit);

}  // namespace dunlin::store
