#pragma once

#include "dunlin/base/id.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/status.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

namespace dunlin::service {

/// What happened, in ids: who hears of it reads what is there then. `kName` is stored and read by other processes,
/// which may be of another version; `fields()` lists what is stored, in this order.
namespace events {

/// Posted here or arrived, old ones that were fetched too; also the wrapper of a reblog.
struct StatusCreated {
  static constexpr std::string_view kName = "status_created";
  StatusId id;
  AccountId author;
  auto fields(this auto& self) { return std::tie(self.id, self.author); }
};

/// Numbers are stored: append only.
enum class StatusPart : std::uint8_t { text = 0, poll = 1, card = 2, media = 3, quote = 4, reactions = 5 };

/// What everybody sees of a status is another now: an edit, votes or the end of a poll, a card that was fetched, media
/// that was processed. Counters and one's own marks are no such change.
struct StatusChanged {
  static constexpr std::string_view kName = "status_changed";
  StatusId id;
  AccountId author;
  StatusPart part = StatusPart::text;
  auto fields(this auto& self) { return std::tie(self.id, self.author, self.part); }
};

/// The status (with its reblogs), or the wrapper of one reblog. Carries what the deletion takes from the row.
struct StatusDeleted {
  static constexpr std::string_view kName = "status_deleted";
  StatusId id;
  AccountId author;
  std::optional<StatusId> reblog_of;
  model::Visibility visibility = model::Visibility::direct;
  bool local = false;
  std::uint16_t parts = 0;
  std::vector<std::string> tags;
  /// Of the status as it was.
  static StatusDeleted of(const model::Status& status);
  auto fields(this auto& self) {
    return std::tie(self.id, self.author, self.reblog_of, self.visibility, self.local, self.parts, self.tags);
  }
};

/// Stored for its receiver, not filtered away.
struct NotificationCreated {
  static constexpr std::string_view kName = "notification_created";
  NotificationId id;
  AccountId receiver;
  auto fields(this auto& self) { return std::tie(self.id, self.receiver); }
};

/// Accepted notification requests have become notifications.
struct NotificationsMerged {
  static constexpr std::string_view kName = "notifications_merged";
  AccountId receiver;
  auto fields(this auto& self) { return std::tie(self.receiver); }
};

/// A direct conversation of `owner` has a new status, or was made; `id` is the Conversation entity's.
struct ConversationChanged {
  static constexpr std::string_view kName = "conversation_changed";
  AccountId owner;
  std::int64_t id = 0;
  auto fields(this auto& self) { return std::tie(self.owner, self.id); }
};

struct FiltersChanged {
  static constexpr std::string_view kName = "filters_changed";
  AccountId owner;
  auto fields(this auto& self) { return std::tie(self.owner); }
};

/// Published, or changed while it is published.
struct AnnouncementPublished {
  static constexpr std::string_view kName = "announcement_published";
  std::int64_t id = 0;
  auto fields(this auto& self) { return std::tie(self.id); }
};

/// `count` is what it is now.
struct AnnouncementReacted {
  static constexpr std::string_view kName = "announcement_reacted";
  std::int64_t id = 0;
  std::string name;
  std::int64_t count = 0;
  auto fields(this auto& self) { return std::tie(self.id, self.name, self.count); }
};

/// Deleted or no longer published.
struct AnnouncementDeleted {
  static constexpr std::string_view kName = "announcement_deleted";
  std::int64_t id = 0;
  auto fields(this auto& self) { return std::tie(self.id); }
};

/// A follow (not a request) was made or ended, or its options changed.
struct FollowChanged {
  static constexpr std::string_view kName = "follow_changed";
  AccountId who;
  AccountId target;
  auto fields(this auto& self) { return std::tie(self.who, self.target); }
};

struct BlockChanged {
  static constexpr std::string_view kName = "block_changed";
  AccountId who;
  AccountId target;
  auto fields(this auto& self) { return std::tie(self.who, self.target); }
};

struct MuteChanged {
  static constexpr std::string_view kName = "mute_changed";
  AccountId who;
  AccountId target;
  auto fields(this auto& self) { return std::tie(self.who, self.target); }
};

/// Of many accounts at once, by a move say.
struct RelationsChanged {
  static constexpr std::string_view kName = "relations_changed";
  auto fields(this auto&) { return std::tie(); }
};

/// A user's own block of a whole server.
struct DomainBlockChanged {
  static constexpr std::string_view kName = "domain_block_changed";
  AccountId who;
  std::string domain;
  auto fields(this auto& self) { return std::tie(self.who, self.domain); }
};

/// Its members or options changed, or it was deleted.
struct ListChanged {
  static constexpr std::string_view kName = "list_changed";
  AccountId owner;
  std::int64_t list = 0;
  auto fields(this auto& self) { return std::tie(self.owner, self.list); }
};

struct TagFollowChanged {
  static constexpr std::string_view kName = "tag_follow_changed";
  AccountId who;
  std::string tag;  // folded
  auto fields(this auto& self) { return std::tie(self.who, self.tag); }
};

struct TokenRevoked {
  static constexpr std::string_view kName = "token_revoked";
  TokenId id;
  auto fields(this auto& self) { return std::tie(self.id); }
};

/// Disabled or enabled, role or password changed, grants taken back: connections of this user are judged anew.
struct LoginChanged {
  static constexpr std::string_view kName = "login_changed";
  UserId id;
  auto fields(this auto& self) { return std::tie(self.id); }
};

/// Anything that others see of a profile, the silence of an admin included.
struct AccountChanged {
  static constexpr std::string_view kName = "account_changed";
  AccountId id;
  auto fields(this auto& self) { return std::tie(self.id); }
};

/// Suspended, or no longer.
struct AccountSuspended {
  static constexpr std::string_view kName = "account_suspended";
  AccountId id;
  auto fields(this auto& self) { return std::tie(self.id); }
};

struct AccountDeleted {
  static constexpr std::string_view kName = "account_deleted";
  AccountId id;
  auto fields(this auto& self) { return std::tie(self.id); }
};

/// What the admin decided about a whole server has changed.
struct InstancePolicyChanged {
  static constexpr std::string_view kName = "instance_policy_changed";
  std::string domain;
  auto fields(this auto& self) { return std::tie(self.domain); }
};

struct EmojisChanged {
  static constexpr std::string_view kName = "emojis_changed";
  auto fields(this auto&) { return std::tie(); }
};

/// What caches are made of (db::Change, as text). Told by the session that changed it, never by services.
struct RowsChanged {
  static constexpr std::string_view kName = "rows_changed";
  std::vector<std::string> changes;
  auto fields(this auto& self) { return std::tie(self.changes); }
};

}  // namespace events

using Event =
    std::variant<events::StatusCreated, events::StatusChanged, events::StatusDeleted, events::NotificationCreated,
                 events::NotificationsMerged, events::ConversationChanged, events::FiltersChanged,
                 events::AnnouncementPublished, events::AnnouncementReacted, events::AnnouncementDeleted,
                 events::FollowChanged, events::BlockChanged, events::MuteChanged, events::RelationsChanged,
                 events::DomainBlockChanged, events::ListChanged, events::TagFollowChanged, events::TokenRevoked,
                 events::LoginChanged, events::AccountChanged, events::AccountSuspended, events::AccountDeleted,
                 events::InstancePolicyChanged, events::EmojisChanged, events::RowsChanged>;

/// What the world must see at once (streams, home feeds, caches, push). Told within the transaction that does it, heard
/// of after its commit; a transaction that is rolled back or run again tells nothing twice.
class Events {
 public:
  virtual ~Events() = default;
  virtual void tell(db::Tx& tx, Event event) = 0;
};

/// The events of this process: to its own listener, and by the database to other processes.
class EventStream final : public Events {
 public:
  EventStream();

  /// Called after the commit, on the thread that committed: must not block or throw. Empty: nobody listens.
  using Listener = std::function<void(const Event&)>;
  /// Set before the first event.
  void listen(Listener listener) { listener_ = std::move(listener); }

  /// Called within the transaction, for what must be committed with it. Set before the first event.
  using Companion = std::function<void(db::Tx&, const Event&)>;
  void accompany(Companion companion) { companion_ = std::move(companion); }

  void tell(db::Tx& tx, Event event) override;

  /// Names this process among those on one database.
  [[nodiscard]] std::int64_t origin() const { return origin_; }
  /// Whether there are other processes to store events for; at first it is assumed.
  void set_heard_by_others(bool heard) { heard_by_others_ = heard; }

 private:
  const std::int64_t origin_;
  std::atomic<bool> heard_by_others_{true};
  Companion companion_;
  Listener listener_;
};

/// How an event is stored: `["status_created", 12, 7]`.
std::string render_event(const Event& event);
/// nullopt: not ours, or of a newer version.
std::optional<Event> parse_event(std::string_view text);

}  // namespace dunlin::service
