#pragma once

#include "dunlin/api/entities/account_page.hpp"
#include "dunlin/api/entities/notification.hpp"
#include "dunlin/api/entities/status_page.hpp"
#include "dunlin/config/config.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/collection.hpp"
#include "dunlin/model/notification.hpp"
#include "dunlin/model/reaction.hpp"
#include "dunlin/model/report.hpp"
#include "dunlin/model/severance.hpp"

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace dunlin::api::entities {

/// What the notifications of one answer are about: senders, statuses and the rest, in a fixed number of statements.
/// Statuses that the viewer may not see (any more) are not there.
class NotificationSubjects {
 public:
  /// `further`: accounts beside the senders.
  NotificationSubjects(db::Tx& tx, const config::Config& config, AccountId viewer,
                       std::span<const model::Notification> notifications, std::span<const AccountId> further = {});

  /// Its sender and what it must have are there.
  [[nodiscard]] bool complete(const model::Notification& notification) const;
  [[nodiscard]] AccountPage& accounts() { return accounts_; }
  [[nodiscard]] StatusPage& statuses() { return statuses_; }
  /// Rendered; "" when the type has none.
  std::string report(const model::Notification& notification);
  [[nodiscard]] std::string event(const model::Notification& notification) const;
  [[nodiscard]] std::string collection(const model::Notification& notification) const;
  /// nullptr when the type has none.
  [[nodiscard]] const model::Reaction* reaction(const model::Notification& notification) const;
  /// "" when none is needed.
  [[nodiscard]] std::string fallback(const model::Notification& notification, const SupportedTypes& supported) const;

 private:
  [[nodiscard]] const model::Severance* severance(const model::Notification& notification) const;

  [[nodiscard]] const model::Collection* find_collection(const model::Notification& notification) const;

  const config::Config& config_;
  AccountId viewer_;
  std::map<NotificationId, model::Report> reports_;
  AccountPage accounts_;
  StatusPage statuses_;
  std::map<model::SeveranceId, model::Severance> severances_;
  std::map<model::CollectionId, model::Collection> collections_;
  std::map<std::pair<AccountId, StatusId>, model::Reaction> reactions_;  // the newest of each account to each status
};

}  // namespace dunlin::api::entities
