#include "dunlin/service/notifications.hpp"

#include "dunlin/service/events.hpp"
#include "dunlin/service/notification_judgement.hpp"
#include "dunlin/store/notification_facts.hpp"
#include "dunlin/store/notifications.hpp"
#include "dunlin/store/reports.hpp"
#include "dunlin/store/severances.hpp"

#include <utility>

namespace dunlin::service {

using model::NotificationType;

std::optional<NotificationId> NotificationService::tell(db::Tx& tx, NotificationType type, AccountId from,
                                                        AccountId receiver, std::optional<StatusId> status,
                                                        std::optional<std::int64_t> about) {
  const auto facts = store::find_notification_facts(tx, from, receiver, status);
  if (!facts) return std::nullopt;
  const auto judgement = judge_notification(type, from, *facts, tx.now());
  if (judgement == Judgement::drop) return std::nullopt;
  const model::Notification notification{.id = env_.ids.next<NotificationId>(),
                                         .account_id = receiver,
                                         .type = type,
                                         .from_account_id = from,
                                         .status_id = status,
                                         .about_id = about,
                                         .filtered = judgement == Judgement::filter,
                                         .created_at = tx.now()};
  if (!store::insert_notification(tx, notification) || notification.filtered) return std::nullopt;
  // Streams and push reach clients that were not asked, and strict ones stumble over types of our own.
  if (type != NotificationType::emoji_reaction) {
    env_.events.tell(tx, events::NotificationCreated{notification.id, receiver});
  }
  return notification.id;
}

void NotificationService::mentioned(db::Tx& tx, const model::Status& status, AccountId receiver) {
  tell(tx, NotificationType::mention, status.account_id, receiver, status.id);
}

void NotificationService::posted(db::Tx& tx, const model::Status& status, AccountId follower) {
  tell(tx, NotificationType::status, status.account_id, follower, status.id);
}

void NotificationService::followed(db::Tx& tx, AccountId from, AccountId receiver) {
  tell(tx, NotificationType::follow, from, receiver, std::nullopt);
}

void NotificationService::follow_requested(db::Tx& tx, AccountId from, AccountId receiver) {
  tell(tx, NotificationType::follow_request, from, receiver, std::nullopt);
}

void NotificationService::favourited(db::Tx& tx, AccountId from, const model::Status& status) {
  if (status.local) tell(tx, NotificationType::favourite, from, status.account_id, status.id);
}

void NotificationService::reblogged(db::Tx& tx, AccountId from, const model::Status& original) {
  if (original.local) tell(tx, NotificationType::reblog, from, original.account_id, original.id);
}

void NotificationService::poll_ended(db::Tx& tx, const model::Status& status, AccountId receiver) {
  tell(tx, NotificationType::poll, status.account_id, receiver, status.id);
}

void NotificationService::edited(db::Tx& tx, const model::Status& status, AccountId receiver) {
  withdraw(tx, NotificationType::update, status.account_id, receiver, status.id);
  tell(tx, NotificationType::update, status.account_id, receiver, status.id);
}

void NotificationService::quoted(db::Tx& tx, const model::Status& quoting, AccountId receiver) {
  tell(tx, NotificationType::quote, quoting.account_id, receiver, quoting.id);
}

void NotificationService::quoted_edited(db::Tx& tx, AccountId author, StatusId quoting, AccountId receiver) {
  withdraw(tx, NotificationType::quoted_update, author, receiver, quoting);
  tell(tx, NotificationType::quoted_update, author, receiver, quoting);
}

void NotificationService::reacted(db::Tx& tx, AccountId from, const model::Status& status) {
  if (status.local) tell(tx, NotificationType::emoji_reaction, from, status.account_id, status.id);
}

void NotificationService::signed_up(db::Tx& tx, AccountId who) {
  for (const auto moderator : store::list_staff(tx)) {
    tell(tx, NotificationType::admin_sign_up, who, moderator, std::nullopt);
  }
}

void NotificationService::severed(db::Tx& tx, AccountId who, model::SeveranceType type, std::string target_name,
                                  std::int32_t followers_count, std::int32_t following_count) {
  if (followers_count == 0 && following_count == 0) return;
  const model::Severance severance{.id = env_.ids.next<model::SeveranceId>(),
                                   .account_id = who,
                                   .type = type,
                                   .target_name = std::move(target_name),
                                   .followers_count = followers_count,
                                   .following_count = following_count,
                                   .created_at = tx.now()};
  if (!store::add_severance(tx, severance)) return;
  tell(tx, NotificationType::severed_relationships, who, who, std::nullopt, severance.id.value);
}

void NotificationService::reported(db::Tx& tx, model::ReportId report, AccountId from, AccountId moderator) {
  withdraw(tx, NotificationType::admin_report, from, moderator, std::nullopt);
  const auto told = tell(tx, NotificationType::admin_report, from, moderator, std::nullopt);
  if (told) store::set_notification_report(tx, *told, report);
}

void NotificationService::added_to_collection(db::Tx& tx, const model::Collection& collection, AccountId member) {
  tell(tx, NotificationType::added_to_collection, collection.account_id, member, std::nullopt, collection.id.value);
}

void NotificationService::collection_changed(db::Tx& tx, const model::Collection& collection, AccountId member) {
  store::delete_notification_about(tx, member, NotificationType::collection_update, collection.account_id,
                                   collection.id.value);
  tell(tx, NotificationType::collection_update, collection.account_id, member, std::nullopt, collection.id.value);
}

void NotificationService::withdraw_collection(db::Tx& tx, const model::Collection& collection, AccountId member) {
  for (const auto type : {NotificationType::added_to_collection, NotificationType::collection_update}) {
    store::delete_notification_about(tx, member, type, collection.account_id, collection.id.value);
  }
}

void NotificationService::withdraw(db::Tx& tx, NotificationType type, AccountId from, AccountId receiver,
                                   std::optional<StatusId> status) {
  store::delete_notification(tx, receiver, type, from, status);
}

}  // namespace dunlin::service
