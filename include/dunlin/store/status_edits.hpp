#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/status.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dunlin::store {

/// A status as it was until an edit.
struct StatusEdit {
  std::string content;
  std::string spoiler_text;
  bool sensitive = false;
  std::optional<std::vector<std::string>> poll_options{};
  std::vector<MediaId> media_ids{};
  std::vector<std::string> media_descriptions{};  // of the same length
  Time created_at{};
};

/// The present version, with the poll and the files of now: read before an edit is stored.
StatusEdit snapshot_status(db::Tx& tx, const model::Status& status);
void insert_status_edit(db::Tx& tx, std::int64_t row_id, StatusId id, const StatusEdit& version);
/// An edit was stored since then, whatever date it has itself.
bool has_edit_since(db::Tx& tx, StatusId id, Time since);
/// Oldest first, without the present version.
std::vector<StatusEdit> list_status_edits(db::Tx& tx, StatusId id);

/// Local accounts that are told of an edit: who reblogged it, and who quoted it with its author's consent.
std::vector<AccountId> list_local_rebloggers(db::Tx& tx, StatusId id);
struct LocalQuote {
  AccountId account_id;
  StatusId status_id;  // that quotes
};
std::vector<LocalQuote> list_local_quotes(db::Tx& tx, StatusId quoted);

}  // namespace dunlin::store
