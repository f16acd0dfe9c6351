#pragma once

#include "dunlin/base/id.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/page.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::store {

/// Ids newest first (also for a page read upwards), already filtered for the reader: blocks and mutes of either kind,
/// suspended authors, visibility. One statement each.
std::vector<StatusId> list_home_timeline(db::Tx& tx, AccountId reader, const model::Page& page);

struct PublicTimelineFilter {
  bool local_only = false;
  bool remote_only = false;
};
std::vector<StatusId> list_public_timeline(db::Tx& tx, std::optional<AccountId> viewer,
                                           const PublicTimelineFilter& filter, const model::Page& page);
/// `tag` folded.
std::vector<StatusId> list_tag_timeline(db::Tx& tx, std::optional<AccountId> viewer, std::string_view tag,
                                        const PublicTimelineFilter& filter, const model::Page& page);

struct AccountTimelineFilter {
  bool exclude_replies = false;  // replies to oneself stay
  bool exclude_reblogs = false;
  bool exclude_direct = false;
  std::optional<std::string> tagged{};  // folded
};
std::vector<StatusId> list_account_timeline(db::Tx& tx, std::optional<AccountId> viewer, AccountId author,
                                            const AccountTimelineFilter& filter, const model::Page& page);
/// Public and unlisted statuses and reblogs of one author: the ActivityPub outbox.
std::vector<StatusId> list_outbox(db::Tx& tx, AccountId author, const model::Page& page);
/// Public and unlisted direct replies, oldest first, ids above `after`.
std::vector<StatusId> list_public_replies(db::Tx& tx, StatusId parent, StatusId after, int limit);

}  // namespace dunlin::store
