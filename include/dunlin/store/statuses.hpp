#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/media.hpp"
#include "dunlin/model/page.hpp"
#include "dunlin/model/preview_card.hpp"
#include "dunlin/model/status.hpp"
#include "dunlin/store/polls.hpp"
#include "dunlin/store/quotes.hpp"
#include "dunlin/store/reactions.hpp"
#include "dunlin/store/relationships.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::store {

/// Deleted statuses are not found by any of these, unless the name says so.
std::optional<model::Status> find_status(db::Tx& tx, StatusId id);
/// The status if `viewer` (nullopt: anonymous) may see it: the one visibility rule
/// (docs/visibility.md). Suspended authors' statuses are not visible.
std::optional<model::Status> find_visible_status(db::Tx& tx, std::optional<AccountId> viewer, StatusId id);
std::optional<model::Status> find_status_by_uri(db::Tx& tx, std::string_view uri);
/// The status or reblog that `by` calls so, also a reblog whose id another account has used before (insert_reblog()).
std::optional<model::Status> find_status_of(db::Tx& tx, std::string_view uri, AccountId by);
/// By its page's address, which counts only on the host of its uri.
std::optional<model::Status> find_status_by_url(db::Tx& tx, std::string_view url);
std::optional<model::Status> find_deleted_status(db::Tx& tx, StatusId id);
std::optional<model::Status> find_reblog(db::Tx& tx, AccountId who, StatusId original);
/// Of these ids, in any order, those that `viewer` may see.
std::vector<model::Status> list_visible_statuses(db::Tx& tx, std::optional<AccountId> viewer,
                                                 std::span<const StatusId> ids);

/// The status with its stats row, mentions, tags; the author's and the parent's counters. false: the uri is there
/// already. Children that waited for this uri are attached.
bool insert_status(db::Tx& tx, const model::Status& status, std::span<const model::Mention> mentions);
/// Deleted statuses of others no longer hold `uri`: it is `by`'s. false: there were none.
bool release_uri(db::Tx& tx, std::string_view uri, AccountId by);
/// nullopt: `who` has reblogged it already. An id that another account holds is kept with who uses it behind a blank,
/// which no id has and no reader sees.
std::optional<model::Status> insert_reblog(db::Tx& tx, const model::Status& wrapper);
/// Content fields, parts, edited_at, tags and mentions of an edited status.
void update_status(db::Tx& tx, const model::Status& status, std::span<const model::Mention> mentions);
/// Takes Part::untold away. false: it was not there (any more).
bool mark_told(db::Tx& tx, StatusId id);
/// Marks it and its reblogs deleted, takes back counters, removes its notifications. false: was deleted already.
bool delete_status(db::Tx& tx, const model::Status& status);
/// Rows deleted longer ago than `before`; returns how many. For the maintenance job.
std::size_t purge_deleted_statuses(db::Tx& tx, Time before, int limit);

std::vector<model::Mention> list_mentions(db::Tx& tx, StatusId id);

struct Favourite {
  FavouriteId id;
  AccountId account_id;
  StatusId status_id;
  std::optional<std::string> uri{};
};
/// false: it was there. Counts.
bool insert_favourite(db::Tx& tx, const Favourite& favourite);
/// The removed row. Takes back the count.
std::optional<Favourite> delete_favourite(db::Tx& tx, AccountId who, StatusId status);
/// `by`'s own: others of its host may have used the id.
std::optional<Favourite> find_favourite_by_uri(db::Tx& tx, std::string_view uri, AccountId by);
/// Without those whom the viewer does not want to read, as in the next.
std::vector<AccountRef> list_favouriting_accounts(db::Tx& tx, StatusId id, std::optional<AccountId> viewer,
                                                  const model::Page& page);
std::vector<AccountRef> list_reblogging_accounts(db::Tx& tx, StatusId id, std::optional<AccountId> viewer,
                                                 const model::Page& page);
/// Of remote accounts that reblogged, favourited, quoted, replied or reacted to the status, voted in it or are
/// mentioned: they may hold a copy. `unless_blocked_by`: without those whom that account blocks.
std::vector<std::string> list_involved_inboxes(db::Tx& tx, StatusId id, AccountId unless_blocked_by = {});

ConversationId insert_conversation(db::Tx& tx, ConversationId id, const std::optional<std::string>& uri);
/// All statuses of the thread that `viewer` may see, oldest id first, at most `limit`.
std::vector<model::Status> list_thread(db::Tx& tx, std::optional<AccountId> viewer, ConversationId id, int limit);

/// Claims `key` for one hour: nullopt = it is ours now, else the status it made. A concurrent claim of the same key
/// waits until the first transaction ends.
std::optional<StatusId> claim_idempotency_key(db::Tx& tx, AccountId who, std::string_view key, StatusId id);
std::size_t purge_idempotency_keys(db::Tx& tx, Time before);

/// The viewer's own marks on statuses: one query for a page.
struct ViewerFlags {
  bool favourited = false;
  bool reblogged = false;
  bool muted = false;
  bool bookmarked = false;
  bool pinned = false;
  bool follows_author = false;
  bool followed_by_author = false;
};
std::map<StatusId, ViewerFlags> list_viewer_flags(db::Tx& tx, AccountId viewer, std::span<const StatusId> ids);

struct StatusCounters {
  std::int64_t replies = 0;
  std::int64_t reblogs = 0;
  std::int64_t favourites = 0;
  std::int64_t quotes = 0;
  static StatusCounters of(const model::Status& status);
  void copy_to(model::Status& status) const;
};
/// Of those that are there.
std::map<StatusId, StatusCounters> list_counters(db::Tx& tx, std::span<const StatusId> ids);

/// A page of statuses with all that rendering needs, in a fixed number of statements: 3, and one for each kind of part
/// (model::Part) that some status of the page has; quotes cost up to three.
struct StatusBundle {
  std::vector<model::Status> statuses;           // in the order of the ids asked, unknown and deleted left out
  std::map<StatusId, model::Status> originals;   // what the reblogs among them wrap
  std::map<AccountId, model::Account> accounts;  // authors of both
  std::map<StatusId, std::vector<model::Mention>> mentions;
  struct App {
    std::string name;
    std::optional<std::string> website{};
  };
  std::map<StatusId, App> applications;  // local statuses only
  std::map<StatusId, PollView> polls;
  std::map<StatusId, std::vector<ReactionCount>> reactions;
  std::map<StatusId, QuoteView> quotes;      // also of what is quoted
  std::map<StatusId, model::Status> quoted;  // what those quotes show
  std::map<StatusId, model::PreviewCard> cards;
  std::map<StatusId, std::vector<model::MediaAttachment>> media;
};
/// `viewer`: whose votes, reactions and sight of quoted statuses it holds (nullopt: anonymous).
StatusBundle load_status_bundle(db::Tx& tx, std::span<const StatusId> ids,
                                std::optional<AccountId> viewer = std::nullopt);
/// The bit of a part that came after the status.
void set_part(db::Tx& tx, StatusId id, model::Part part);

}  // namespace dunlin::store
