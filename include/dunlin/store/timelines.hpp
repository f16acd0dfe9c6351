#pragma once

#include "dunlin/base/id.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/page.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::store {

/// Ids newest first (also for a page read upwards), already filtered for the reader: blocks and mutes of either kind,
/// suspended authors, visibility. One statement each.
std::vector<StatusId> list_home_timeline(db::Tx& tx, AccountId reader, const model::Page& page);
struct HomeEntry {
  StatusId id;
  StatusId reblog_of_id{};  // 0: no reblog
};
/// The same with repeated reblogs.
std::vector<HomeEntry> list_home_entries(db::Tx& tx, AccountId reader, const model::Page& page);
/// One entry for each original: the original itself where it is on the page, else its newest reblog.
std::vector<StatusId> without_repeated_reblogs(std::span<const HomeEntry> newest_first);

struct PublicTimelineFilter {
  bool local_only = false;
  bool remote_only = false;
  bool only_media = false;
};
/// Public statuses, no reblogs, no replies to others; silenced authors only for their followers.
std::vector<StatusId> list_public_timeline(db::Tx& tx, std::optional<AccountId> viewer,
                                           const PublicTimelineFilter& filter, const model::Page& page);
struct TagTimelineFilter {
  bool local_only = false;
  bool remote_only = false;
  bool only_media = false;
  std::vector<std::string> any{};   // these tags as well; all folded
  std::vector<std::string> all{};   // only with each of these
  std::vector<std::string> none{};  // without any of these
};
/// As the public timeline, with replies. `tag` folded.
std::vector<StatusId> list_tag_timeline(db::Tx& tx, std::optional<AccountId> viewer, std::string_view tag,
                                        const TagTimelineFilter& filter, const model::Page& page);

struct AccountTimelineFilter {
  bool exclude_replies = false;  // replies to oneself stay
  bool exclude_reblogs = false;
  bool exclude_direct = false;
  bool only_media = false;
  std::optional<std::string> tagged{};  // folded
};
std::vector<StatusId> list_account_timeline(db::Tx& tx, std::optional<AccountId> viewer, AccountId author,
                                            const AccountTimelineFilter& filter, const model::Page& page);
/// Public and unlisted statuses and reblogs of one author: the ActivityPub outbox.
std::vector<StatusId> list_outbox(db::Tx& tx, AccountId author, const model::Page& page);

}  // namespace dunlin::store
