#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dunlin::model {

/// Append-only: stored as numbers.
enum class NotificationType : std::uint8_t {
  mention = 0,
  follow = 1,
  favourite = 2,
  reblog = 3,
  follow_request = 4,
  status = 5,         // somebody whose posts one wants to be told of has posted
  poll = 6,           // a poll that one made or voted in has ended
  update = 7,         // a status that one reblogged was edited
  quote = 8,          // one's status was quoted
  quoted_update = 9,  // a status that one quoted was edited
  admin_sign_up = 10,
  admin_report = 11,
  severed_relationships = 12,
  moderation_warning = 13,
  added_to_collection = 14,
  collection_update = 15,
  emoji_reaction = 16,  // only for clients that ask for it
};
std::span<const NotificationType> notification_types();
/// As in the API: "mention", "admin.sign_up", ...
std::string_view to_string(NotificationType type);
std::optional<NotificationType> parse_notification_type(std::string_view text);
/// Several of these within some hours are shown as one (client-api.md 3.10.1).
bool is_groupable(NotificationType type);

struct Notification {
  NotificationId id;
  AccountId account_id;  // who is told
  NotificationType type = NotificationType::mention;
  AccountId from_account_id;
  std::optional<StatusId> status_id{};
  std::optional<std::int64_t> about_id{};  // of severed_relationships: the severance; of admin_report: the report; ...
  std::string group_key{};                 // "" = stands by itself
  bool filtered = false;                   // waits for a decision about its sender
  Time created_at{};

  /// As the API names it: "ungrouped-<id>" for what stands by itself.
  [[nodiscard]] std::string shown_group_key() const { return group_key.empty() ? "ungrouped-" + id.str() : group_key; }
};

/// What a policy does with what it is about. Stored as numbers.
enum class PolicyAction : std::uint8_t { accept = 0, filter = 1, drop = 2 };
std::string_view to_string(PolicyAction action);
std::optional<PolicyAction> parse_policy_action(std::string_view text);

/// What becomes of notifications from people one hardly knows.
struct NotificationPolicy {
  PolicyAction for_not_following = PolicyAction::accept;
  PolicyAction for_not_followers = PolicyAction::accept;
  PolicyAction for_new_accounts = PolicyAction::accept;
  PolicyAction for_private_mentions = PolicyAction::filter;
  PolicyAction for_limited_accounts = PolicyAction::filter;
  PolicyAction for_bots = PolicyAction::accept;
};

using NotificationRequestId = Id<struct NotificationRequestTag>;

/// A sender whose notifications are kept back.
struct NotificationRequest {
  NotificationRequestId id;
  AccountId from_account_id;
  std::optional<StatusId> last_status_id;
  std::int64_t notifications_count = 0;  // at most 100
  Time created_at{};
  Time updated_at{};
};

}  // namespace dunlin::model
