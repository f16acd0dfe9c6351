#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/notification.hpp"
#include "dunlin/model/status.hpp"

#include <optional>

namespace dunlin::store {

/// What decides whether a receiver is told of something that a sender did.
struct NotificationFacts {
  AccountId receiver;
  bool reachable = false;           // neither is suspended
  bool blocked = false;             // either blocks the other, or the receiver the sender's server
  bool muted = false;               // with notifications
  bool conversation_muted = false;  // that of the status
  bool following = false;           // the receiver follows the sender
  std::optional<Time> follower_since;
  bool permitted = false;       // the receiver has accepted the sender's notifications
  bool sender_limited = false;  // silenced by an admin
  bool sender_is_bot = false;
  bool sender_is_staff = false;  // of this server
  Time sender_created_at{};
  std::optional<model::Visibility> visibility;  // of the status
  bool answers_receiver = false;                // direct, in a thread where the receiver wrote to the sender directly
  model::NotificationPolicy policy;
};
/// nullopt: the receiver is not of this server.
std::optional<NotificationFacts> find_notification_facts(db::Tx& tx, AccountId sender, AccountId receiver,
                                                         std::optional<StatusId> status);

}  // namespace dunlin::store
