#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/relationship.hpp"
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
  virtual void profile_updated(db::Tx& tx, const model::Account& account) = 0;

  /// Finds `username@domain` on the network, stores or refreshes it. Errors: need_remote (fetch and run again),
  /// not_found, remote_failed.
  virtual Result<model::Account> resolve_handle(db::Tx& tx, RemoteDocuments& documents, std::string_view username,
                                                std::string_view domain) = 0;
  struct Resolved {
    std::optional<model::Account> account;
    std::optional<model::Status> status;
  };
  /// Finds what a URL that a person pasted stands for. Errors as for resolve_handle.
  virtual Result<Resolved> resolve_url(db::Tx& tx, RemoteDocuments& documents, std::string_view url) = 0;
};

}  // namespace dunlin::service
