#include "dunlin/service/notifications.hpp"

#include "dunlin/store/notifications.hpp"

namespace dunlin::service {

using model::NotificationType;

void NotificationService::tell(db::Tx& tx, NotificationType type, AccountId from, AccountId receiver,
                               std::optional<StatusId> status) {
  if (from == receiver) return;
  store::insert_notification(tx, {.id = env_.ids.next<NotificationId>(),
                                  .account_id = receiver,
                                  .type = type,
                                  .from_account_id = from,
                                  .status_id = status,
                                  .created_at = tx.now()});
}

void NotificationService::mentioned(db::Tx& tx, const model::Status& status, AccountId receiver) {
  tell(tx, NotificationType::mention, status.account_id, receiver, status.id);
}

void NotificationService::followed(db::Tx& tx, AccountId from, AccountId receiver) {
  tell(tx, NotificationType::follow, from, receiver, std::nullopt);
}

void NotificationService::follow_requested(db::Tx& tx, AccountId from, AccountId receiver) {
  tell(tx, NotificationType::follow_request, from, receiver, std::nullopt);
}

void NotificationService::favourited(db::Tx& tx, AccountId from, const model::Status& status) {
  tell(tx, NotificationType::favourite, from, status.account_id, status.id);
}

void NotificationService::reblogged(db::Tx& tx, AccountId from, const model::Status& original) {
  tell(tx, NotificationType::reblog, from, original.account_id, original.id);
}

void NotificationService::withdraw(db::Tx& tx, NotificationType type, AccountId from, AccountId receiver,
                                   std::optional<StatusId> status) {
  store::delete_notification(tx, receiver, type, from, status);
}

}  // namespace dunlin::service
