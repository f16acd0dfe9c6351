#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/collection.hpp"
#include "dunlin/model/notification.hpp"
#include "dunlin/model/report.hpp"
#include "dunlin/model/severance.hpp"
#include "dunlin/model/status.hpp"
#include "dunlin/service/environment.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace dunlin::service {

/// Who is told of what; service/notification_judgement.hpp has the rules. Remote receivers cost nothing: they are not
/// known here as such.
class NotificationService {
 public:
  explicit NotificationService(Environment& env) : env_(env) {}

  void mentioned(db::Tx& tx, const model::Status& status, AccountId receiver);
  void followed(db::Tx& tx, AccountId from, AccountId receiver);
  void follow_requested(db::Tx& tx, AccountId from, AccountId receiver);
  void favourited(db::Tx& tx, AccountId from, const model::Status& status);
  void reblogged(db::Tx& tx, AccountId from, const model::Status& original);
  /// `follower` wants to be told of what this author posts.
  void posted(db::Tx& tx, const model::Status& status, AccountId follower);
  /// `receiver` made the poll of this status or voted in it.
  void poll_ended(db::Tx& tx, const model::Status& status, AccountId receiver);
  /// `receiver` reblogged it. A newer edit replaces what was told of an older one.
  void edited(db::Tx& tx, const model::Status& status, AccountId receiver);
  /// `quoting` shows a status of `receiver`.
  void quoted(db::Tx& tx, const model::Status& quoting, AccountId receiver);
  /// `author` edited what `quoting` shows, a status of `receiver`.
  void quoted_edited(db::Tx& tx, AccountId author, StatusId quoting, AccountId receiver);
  void reacted(db::Tx& tx, AccountId from, const model::Status& status);
  /// A moderator is told of a report; a newer one by the same account takes its place.
  void reported(db::Tx& tx, model::ReportId report, AccountId from, AccountId moderator);
  /// A new account of this server, to its moderators.
  void signed_up(db::Tx& tx, AccountId who);
  /// `who` lost follows at once: stores what and tells him. Nothing when none was lost; more of the same adds to what
  /// was told within the day.
  void severed(db::Tx& tx, AccountId who, model::SeveranceType type, std::string target_name,
               std::int32_t followers_count, std::int32_t following_count);
  void added_to_collection(db::Tx& tx, const model::Collection& collection, AccountId member);
  /// Its owner changed what it says. A newer change replaces what was told of an older one.
  void collection_changed(db::Tx& tx, const model::Collection& collection, AccountId member);
  /// Takes back both.
  void withdraw_collection(db::Tx& tx, const model::Collection& collection, AccountId member);
  void withdraw(db::Tx& tx, model::NotificationType type, AccountId from, AccountId receiver,
                std::optional<StatusId> status);

 private:
  /// The notification, when it is stored and not filtered.
  std::optional<NotificationId> tell(db::Tx& tx, model::NotificationType type, AccountId from, AccountId receiver,
                                     std::optional<StatusId> status, std::optional<std::int64_t> about = std::nullopt);
  Environment& env_;
};

}  // namespace dunlin::service
