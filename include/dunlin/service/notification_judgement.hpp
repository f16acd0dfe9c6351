#pragma once

#include "dunlin/model/notification.hpp"
#include "dunlin/store/notification_facts.hpp"

#include <cstdint>

namespace dunlin::service {

enum class Judgement : std::uint8_t { tell, filter, drop };

/// Whether a receiver is told of what a sender did (client-api.md 3.10.1): never of one's own deeds, never by blocked
/// or muted senders or in muted threads; what the receiver's policy says of strangers comes after that. Pure.
Judgement judge_notification(model::NotificationType type, AccountId sender, const store::NotificationFacts& facts,
                             Time now);

}  // namespace dunlin::service
