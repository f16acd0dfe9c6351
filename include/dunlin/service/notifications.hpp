#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/notification.hpp"
#include "dunlin/model/status.hpp"
#include "dunlin/service/environment.hpp"

#include <optional>

namespace dunlin::service {

/// Who is told of what. Only local receivers are stored; one's own deeds, blocked and muted senders never.
class NotificationService {
 public:
  explicit NotificationService(Environment& env) : env_(env) {}

  void mentioned(db::Tx& tx, const model::Status& status, AccountId receiver);
  void followed(db::Tx& tx, AccountId from, AccountId receiver);
  void follow_requested(db::Tx& tx, AccountId from, AccountId receiver);
  void favourited(db::Tx& tx, AccountId from, const model::Status& status);
  void reblogged(db::Tx& tx, AccountId from, const model::Status& original);
  void withdraw(db::Tx& tx, model::NotificationType type, AccountId from, AccountId receiver,
                std::optional<StatusId> status);

 private:
  void tell(db::Tx& tx, model::NotificationType type, AccountId from, AccountId receiver,
            std::optional<StatusId> status);
  Environment& env_;
};

}  // namespace dunlin::service
