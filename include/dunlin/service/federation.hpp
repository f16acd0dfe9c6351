#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/poll.hpp"
#include "dunlin/model/quote.hpp"
#include "dunlin/model/reaction.hpp"
#include "dunlin/model/relationship.hpp"
#include "dunlin/model/report.hpp"
#include "dunlin/model/status.hpp"
#include "dunlin/service/remote_documents.hpp"
#include "dunlin/store/statuses.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::service {

/// What services ask of the federation; activitypub implements it, so that rules know nothing of ActivityPub. All
/// told_* calls are for actions of local accounts, within the transaction that does the action: activities and their
/// deliveries commit with it. Remote parties that are not concerned cost nothing.
class Federation {
 public:
  virtual ~Federation() = default;

  virtual void status_created(db::Tx& tx, const model::Status& status) = 0;
  virtual void status_edited(db::Tx& tx, const model::Status& status) = 0;
  /// Called while the row is still complete. `extra_inboxes`: see store::list_involved_inboxes, read before the delete.
  virtual void status_deleted(db::Tx& tx, const model::Status& status, std::span<const model::Mention> mentions,
                              std::span<const std::string> extra_inboxes) = 0;
  virtual void reblogged(db::Tx& tx, const model::Status& wrapper, const model::Status& original) = 0;
  virtual void unreblogged(db::Tx& tx, const model::Status& wrapper, const model::Status& original) = 0;
  virtual void favourited(db::Tx& tx, const store::Favourite& favourite, const model::Status& target) = 0;
  virtual void unfavourited(db::Tx& tx, const store::Favourite& favourite, const model::Status& target) = 0;
  /// A local account asks to follow a remote one.
  virtual void follow_requested(db::Tx& tx, const model::Follow& follow, const model::Account& target) = 0;
  virtual void unfollowed(db::Tx& tx, const model::Follow& follow, const model::Account& target) = 0;
  /// A local account answers a remote follower.
  virtual void follow_accepted(db::Tx& tx, const model::Follow& follow, const model::Account& follower) = 0;
  virtual void follow_rejected(db::Tx& tx, const model::Follow& follow, const model::Account& follower) = 0;
  /// A local account blocks a remote one, or no longer.
  virtual void blocked(db::Tx& tx, const model::Block& block, const model::Account& target) = 0;
  virtual void unblocked(db::Tx& tx, const model::Block& block, const model::Account& target) = 0;
  /// What follows may be left unanswered: who has nothing to tell of it keeps these.
  virtual void status_pinned(db::Tx&, const model::Status&) {}
  virtual void status_unpinned(db::Tx&, const model::Status&) {}
  /// A local profile shows a hashtag (its folded name), or no longer.
  virtual void hashtag_featured(db::Tx&, const model::Account&, std::string_view /*tag*/, bool /*featured*/) {}
  /// Votes came in for a local poll: its numbers go out in a while, several changes as one.
  virtual void poll_tallied(db::Tx&, const model::Status&) {}
  /// A local poll has ended: its last numbers.
  virtual void poll_ended(db::Tx&, const model::Status&) {}
  /// A local account has voted in a remote poll.
  virtual void voted(db::Tx&, const model::Account& /*who*/, const model::Status&, const model::Poll&,
                     std::span<const model::PollVote>) {}
  /// Also of local accounts on local statuses, whose followers elsewhere may show it.
  virtual void reacted(db::Tx&, const model::Reaction&, const model::Status&) {}
  virtual void unreacted(db::Tx&, const model::Reaction&, const model::Status&) {}
  /// A local status quotes a remote one and waits for its author's consent.
  virtual void quote_requested(db::Tx&, const model::Quote&, const model::Status& /*quoting*/,
                               const model::Status& /*quoted*/) {}
  /// A local author has taken back his consent; approval_uri is that of the authorization that is void now.
  virtual void quote_revoked(db::Tx&, const model::Quote&) {}
  /// A remote account's request, which had to wait, has been decided by the policy of today.
  virtual void quote_answered(db::Tx&, const model::Quote&) {}
  virtual void quote_policy_changed(db::Tx&, const model::Status&) {}
  /// Reads a remote status again: somebody looks at its poll. Errors: need_remote (fetch and run again).
  virtual Result<void> refresh_status(db::Tx&, RemoteDocuments&, const model::Status&) { return {}; }

  virtual void profile_updated(db::Tx& tx, const model::Account& account) = 0;
  /// Began or ended, of a local account.
  virtual void suspension_changed(db::Tx& tx, const model::Account& account) = 0;
  /// The account has new keys, which its document names first from then on.
  virtual void keys_rotated(db::Tx& tx, const model::Account& account, Time from) = 0;
  /// Tells the servers of the account and of `domains` of a report, in the name of the instance.
  virtual void reported(db::Tx& tx, const model::Report& report, const model::Account& target,
                        std::span<const std::string> domains) = 0;
  /// A local account is about to be erased; its follows are still there.
  virtual void account_deleted(db::Tx& tx, const model::Account& account) = 0;

  /// Finds `username@domain` on the network, stores or refreshes it. Errors: need_remote (fetch and run again),
  /// not_found, remote_failed.
  virtual Result<model::Account> resolve_handle(db::Tx& tx, RemoteDocuments& documents, std::string_view username,
                                                std::string_view domain) = 0;
  struct Resolved {
    std::optional<model::Account> account;
    std::optional<model::Status> status;
  };
  /// How far the completion of a thread has come.
  struct Refresh {
    std::int64_t id = 0;
    bool finished = false;
    std::int64_t found = 0;  // statuses that were new here
  };
  /// Whether thread_opened() would have something to say: cheap, for reads.
  virtual bool may_complete_thread(db::Tx&, const model::Status&) { return false; }
  /// Somebody looks at the thread of a status: what is missing is fetched in the background, unless that was done a
  /// while ago.
  virtual std::optional<Refresh> thread_opened(db::Tx&, const model::Status&) { return std::nullopt; }
  virtual std::optional<Refresh> find_refresh(db::Tx&, std::int64_t /*id*/) { return std::nullopt; }
  /// Somebody looks at a remote profile: the same for its recent posts and its numbers.
  virtual bool may_complete_profile(db::Tx&, const model::Account&) { return false; }
  virtual void profile_opened(db::Tx&, const model::Account&) {}

  /// Finds what a URL that a person pasted stands for. Errors as for resolve_handle.
  virtual Result<Resolved> resolve_url(db::Tx& tx, RemoteDocuments& documents, std::string_view url) = 0;
};

}  // namespace dunlin::service
