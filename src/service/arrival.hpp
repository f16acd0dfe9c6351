#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/status.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/notifications.hpp"

#include <span>

namespace dunlin::service {

/// What follows, beside mentions and deliveries, from a status that has just been stored, be it posted here or
/// received: followers who asked for it are told, and a direct one finds its conversation. `is_news` false: history
/// that was fetched, nobody is told of it and nothing becomes unread.
void status_arrived(db::Tx& tx, const Environment& env, NotificationService& notifications, const model::Status& status,
                    std::span<const model::Mention> mentions, bool is_news);

/// A direct status was edited: whoever it mentions now has it in a conversation, as news; for the others nothing
/// changes.
void place_edited(db::Tx& tx, const Environment& env, const model::Status& status,
                  std::span<const model::Mention> mentions);

}  // namespace dunlin::service
