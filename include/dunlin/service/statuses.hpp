#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/oauth.hpp"
#include "dunlin/model/status.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/notifications.hpp"
#include "dunlin/service/remote_documents.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::service {

/// What a client sends to post (client-api.md 3.4.1).
struct StatusDraft {
  std::string text;
  std::string spoiler_text;
  std::optional<bool> sensitive;
  std::optional<model::Visibility> visibility;  // absent: the user's default
  std::optional<std::string> language;
  std::optional<StatusId> in_reply_to_id;
  std::optional<ApplicationId> application_id;
  std::optional<std::string> idempotency_key;
};

/// A status that came from another server, already checked and sanitised by activitypub.
struct RemoteStatus {
  model::Status status;                  // id may be 0: made from created_at
  std::vector<model::Mention> mentions;  // resolved accounts only
  std::optional<std::string> conversation_uri;
  bool notify = true;  // false: history that was fetched, nobody is told
};

class StatusService {
 public:
  StatusService(Environment& env, NotificationService& notifications) : env_(env), notifications_(notifications) {}

  /// Errors: invalid, not_found with Mastodon's texts; need_remote while a mentioned handle is looked up (a handle that
  /// cannot be found stays plain text).
  Result<model::Status> post(db::Tx& tx, RemoteDocuments& documents, const model::Account& author,
                             const model::User& user, const StatusDraft& draft);
  /// Own statuses only. Returns the status as it was. Errors: not_found.
  Result<model::Status> remove(db::Tx& tx, const model::Account& author, StatusId id);
  /// All of these: not_found when the status is hidden from `who`; repeating them changes nothing.
  Result<model::Status> favourite(db::Tx& tx, const model::Account& who, StatusId id);
  Result<model::Status> unfavourite(db::Tx& tx, const model::Account& who, StatusId id);
  /// The wrapper. Errors: not_found, forbidden.
  Result<model::Status> reblog(db::Tx& tx, const model::Account& who, StatusId id,
                               std::optional<model::Visibility> visibility);
  /// The original.
  Result<model::Status> unreblog(db::Tx& tx, const model::Account& who, StatusId id);

  /// Stores a remote status (Create, or fetched), attaches it to its thread, tells mentioned locals. nullopt: known.
  std::optional<model::Status> receive(db::Tx& tx, RemoteStatus remote);
  std::optional<model::Status> receive_reblog(db::Tx& tx, const model::Account& who, const model::Status& original,
                                              std::string uri, Time published, model::Visibility visibility);
  void receive_favourite(db::Tx& tx, const model::Account& who, const model::Status& target,
                         std::optional<std::string> uri);
  void receive_unfavourite(db::Tx& tx, const model::Account& who, const model::Status& target);
  void receive_unreblog(db::Tx& tx, const model::Account& who, const model::Status& original);
  /// An edit by the remote author.
  void receive_edit(db::Tx& tx, const model::Status& stored, RemoteStatus edited);
  void receive_delete(db::Tx& tx, const model::Status& status);

  /// Mastodon's rule of who may see a status, in C++; store::find_visible_status is the same in SQL and a property test
  /// compares them.
  struct Viewer {
    std::optional<AccountId> account;  // nullopt: anonymous
    bool follows_author = false;
    bool mentioned = false;
    bool blocked_by_author = false;
  };
  static bool may_see(const Viewer& viewer, const model::Status& status);

  struct Thread {
    std::vector<model::Status> ancestors;    // root first
    std::vector<model::Status> descendants;  // depth first
  };
  /// Errors: not_found.
  Result<Thread> thread(db::Tx& tx, std::optional<AccountId> viewer, StatusId id);

 private:
  Environment& env_;
  NotificationService& notifications_;
};

}  // namespace dunlin::service
