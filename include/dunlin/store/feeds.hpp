#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/list.hpp"
#include "dunlin/model/page.hpp"
#include "dunlin/model/status.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dunlin::store {

/// Whom a reader follows and whom he does not want to read: all that decides on his home feed.
struct ReaderRelations {
  struct Follow {
    AccountId target;
    bool show_reblogs = true;
    std::vector<std::string> languages{};  // empty: all
  };
  struct Mute {
    AccountId target;
    std::optional<Time> until{};
  };
  std::vector<Follow> follows;
  std::vector<AccountId> blocks;  // either way
  std::vector<Mute> mutes;        // those that hold now
  std::vector<std::string> blocked_domains;
  std::vector<AccountId> exclusive;        // members of exclusive lists
  std::vector<std::string> followed_tags;  // folded
};
ReaderRelations load_reader_relations(db::Tx& tx, AccountId reader);

/// What decides on who gets to read a status, without its text.
struct FeedStatus {
  StatusId id;
  AccountId author;
  std::optional<std::string> domain{};  // the author's
  bool sound = false;                   // not deleted, author not suspended; of a reblog: of the wrapper
  bool silenced = false;                // the author
  bool local = false;
  model::Visibility visibility = model::Visibility::direct;
  std::uint16_t parts = 0;
  std::optional<std::string> language{};
  bool is_reply = false;
  bool parent_missing = false;  // answers something that is not here
  std::optional<AccountId> in_reply_to_account{};
  std::vector<std::string> tags{};  // folded
  Time created_at{};
  struct Original {
    StatusId id;
    AccountId author;
    std::optional<std::string> domain{};
    bool sound = false;
    model::Visibility visibility = model::Visibility::direct;
    std::vector<AccountId> mentions{};  // local ones
  };
  std::optional<Original> original{};  // what a reblog wraps
};
/// A list as its owner reads it.
struct ReadList {
  model::ListId id;
  AccountId owner;
  model::RepliesPolicy replies_policy = model::RepliesPolicy::list;
  std::vector<AccountId> members;
};
/// nullopt: `owner` has no such list.
std::optional<ReadList> load_read_list(db::Tx& tx, AccountId owner, model::ListId id);
/// Deleted ones too; unknown ones are left out. Any order; one statement.
std::vector<FeedStatus> load_feed_statuses(db::Tx& tx, std::span<const StatusId> ids);
/// Direct replies, newest first.
std::vector<StatusId> list_reply_ids(db::Tx& tx, StatusId parent, int limit);
/// The reblogs that were deleted with their original.
struct DeletedReblog {
  StatusId id;
  AccountId author;
};
std::vector<DeletedReblog> list_deleted_reblogs(db::Tx& tx, StatusId original, int limit);
/// Local accounts that the status mentions.
std::vector<AccountId> list_local_mentions(db::Tx& tx, StatusId id);

}  // namespace dunlin::store
