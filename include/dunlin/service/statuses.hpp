#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/jobs/job.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/media.hpp"
#include "dunlin/model/oauth.hpp"
#include "dunlin/model/poll.hpp"
#include "dunlin/model/status.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/media.hpp"
#include "dunlin/service/notifications.hpp"
#include "dunlin/service/remote_documents.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
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
  std::optional<model::PollDraft> poll{};
  model::ContentType content_type = model::ContentType::plain;
  std::optional<bool> local_only{};  // absent: as the parent
  std::optional<std::int64_t> expires_in_seconds{};
  std::optional<StatusId> quoted_status_id{};
  std::optional<model::QuotePolicy> quote_policy{};
  std::vector<MediaId> media_ids{};  // in the order in which they are shown
};

/// An edit replaces everything (client-api.md 3.4.2), but for what may be absent and then stays.
struct StatusEdit {
  std::string text;
  std::string spoiler_text;
  bool sensitive = false;
  std::optional<model::PollDraft> poll;
  std::optional<std::string> language;
  std::optional<model::ContentType> content_type;
  std::optional<model::QuotePolicy> quote_policy;
  std::vector<MediaId> media_ids{};                 // what it shows from now on
  std::vector<MediaAttributes> media_attributes{};  // changes of what it shows already
};

inline constexpr std::chrono::seconds kShortestLife{3600};  // of a status that deletes itself
/// Payload: the id of a status that deletes itself.
inline constexpr jobs::Kind kExpireStatus{"expire_status", jobs::Lane::feed};

/// A status that came from another server, already checked and sanitised by activitypub.
struct RemoteStatus {
  model::Status status;                  // id may be 0: made from created_at
  std::vector<model::Mention> mentions;  // resolved accounts only
  std::optional<std::string> conversation_uri;
  bool notify = true;  // false: it was fetched, nobody is told before its author sends it
  std::vector<RemoteMedia> media{};
};

class StatusService {
 public:
  StatusService(Environment& env, NotificationService& notifications, MediaService& media)
      : env_(env), notifications_(notifications), media_(media) {}

  /// Errors: invalid, not_found with Mastodon's texts; need_remote while a mentioned handle is looked up (a handle that
  /// cannot be found stays plain text).
  Result<model::Status> post(db::Tx& tx, RemoteDocuments& documents, const model::Account& author,
                             const model::User& user, const StatusDraft& draft);
  struct Composed {
    model::Status status;
    std::vector<model::Mention> mentions;
    std::optional<model::Poll> poll;
    std::optional<model::Status> quoted;
    std::vector<model::MediaAttachment> media;
  };
  /// What post() would store as `id`, with its errors; nothing is stored: a preview.
  Result<Composed> compose(db::Tx& tx, RemoteDocuments& documents, const model::Account& author,
                           const model::User& user, StatusDraft draft, StatusId id);
  /// Whom a text would name. Errors: need_remote.
  Result<std::vector<AccountId>> find_mentioned(db::Tx& tx, RemoteDocuments& documents, const StatusDraft& draft);
  /// Own statuses only. What changes nothing leaves no trace. Errors: not_found, invalid; need_remote as for post().
  Result<model::Status> edit(db::Tx& tx, RemoteDocuments& documents, const model::Account& author, StatusId id,
                             const StatusEdit& edit);
  /// Handles kExpireStatus. Runs any number of times.
  Result<void> expire(db::Tx& tx, StatusId id);
  /// Own statuses only. Returns the status as it was; its uploads may be used again for a day unless `delete_media`.
  /// Errors: not_found.
  Result<model::Status> remove(db::Tx& tx, const model::Account& author, StatusId id, bool delete_media = false);
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
  /// The author sends what was fetched before: whom it mentions, and who asked for the author's posts, is told now.
  /// false: they were told already.
  bool tell_late(db::Tx& tx, const model::Status& status);
  std::optional<model::Status> receive_reblog(db::Tx& tx, const model::Account& who, const model::Status& original,
                                              std::string uri, Time published, model::Visibility visibility,
                                              bool notify);
  void receive_favourite(db::Tx& tx, const model::Account& who, const model::Status& target,
                         std::optional<std::string> uri);
  void receive_unfavourite(db::Tx& tx, const model::Account& who, const model::Status& target);
  void receive_unreblog(db::Tx& tx, const model::Account& who, const model::Status& original);
  /// An Update by the remote author. An edit, with a revision of its own and those told whom edits concern, is what
  /// readers see as one, once in thirty seconds; the rest is taken in silence. `other_parts`: it has another poll, or a
  /// quote that it had not.
  void receive_edit(db::Tx& tx, const model::Status& stored, RemoteStatus edited, bool other_parts);
  void receive_delete(db::Tx& tx, const model::Status& status);

  struct Thread {
    std::vector<model::Status> ancestors;    // root first
    std::vector<model::Status> descendants;  // depth first
  };
  /// Errors: not_found.
  Result<Thread> thread(db::Tx& tx, std::optional<AccountId> viewer, StatusId id);

 private:
  void tell_of_arrival(db::Tx& tx, const model::Status& status, std::span<const model::Mention> mentions);
  /// true: it shows other files, or the same ones described otherwise. Errors: invalid.
  Result<bool> edit_media(db::Tx& tx, model::Status& status, std::span<const MediaId> before, const StatusEdit& edit);
  /// Who is named in an edited status and was not before.
  void tell_mentioned(db::Tx& tx, const model::Status& status, std::span<const model::Mention> before,
                      std::span<const model::Mention> now);
  void tell_of_edit(db::Tx& tx, const model::Status& status);
  Environment& env_;
  NotificationService& notifications_;
  MediaService& media_;
};

}  // namespace dunlin::service
