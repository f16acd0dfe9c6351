#include "dunlin/api/entities/notification_subjects.hpp"

#include "dunlin/api/entities/collection.hpp"
#include "dunlin/api/entities/report.hpp"
#include "dunlin/service/media_urls.hpp"
#include "dunlin/store/collections.hpp"
#include "dunlin/store/reactions.hpp"
#include "dunlin/store/reports.hpp"
#include "dunlin/store/severances.hpp"
#include "dunlin/store/visible_ids.hpp"

namespace dunlin::api::entities {

namespace {

using model::Notification;
using model::NotificationType;

std::map<NotificationId, model::Report> reports_of(db::Tx& tx, std::span<const Notification> notifications) {
  std::vector<NotificationId> ids;
  for (const auto& notification : notifications) {
    if (notification.type == NotificationType::admin_report) ids.push_back(notification.id);
  }
  return store::list_notification_reports(tx, ids);
}

std::vector<AccountId> accounts_of(std::span<const Notification> notifications, std::span<const AccountId> further,
                                   const std::map<NotificationId, model::Report>& reports) {
  std::vector<AccountId> ids(further.begin(), further.end());
  for (const auto& [id, report] : reports) ids.push_back(report.target_account_id);
  for (const auto& notification : notifications) ids.push_back(notification.from_account_id);
  return ids;
}

std::vector<StatusId> statuses_of(db::Tx& tx, AccountId viewer, std::span<const Notification> notifications) {
  std::vector<StatusId> ids;
  for (const auto& notification : notifications) {
    if (notification.status_id && has_status(notification.type)) ids.push_back(*notification.status_id);
  }
  return store::list_visible_ids(tx, viewer, ids);
}

std::map<model::SeveranceId, model::Severance> severances_of(db::Tx& tx, AccountId viewer,
                                                             std::span<const Notification> notifications) {
  std::vector<model::SeveranceId> ids;
  for (const auto& notification : notifications) {
    if (notification.type == NotificationType::severed_relationships && notification.about_id) {
      ids.push_back(model::SeveranceId{*notification.about_id});
    }
  }
  std::map<model::SeveranceId, model::Severance> found;
  for (auto& severance : store::list_severances(tx, viewer, ids)) {
    const auto id = severance.id;
    found.emplace(id, std::move(severance));
  }
  return found;
}

bool is_about_collection(NotificationType type) {
  return type == NotificationType::added_to_collection || type == NotificationType::collection_update;
}

std::map<model::CollectionId, model::Collection> collections_of(db::Tx& tx,
                                                                std::span<const Notification> notifications) {
  std::vector<model::CollectionId> ids;
  for (const auto& notification : notifications) {
    if (is_about_collection(notification.type) && notification.about_id) {
      ids.push_back(model::CollectionId{*notification.about_id});
    }
  }
  std::map<model::CollectionId, model::Collection> found;
  for (auto& collection : store::list_collections(tx, ids)) {
    const auto id = collection.id;
    found.emplace(id, std::move(collection));
  }
  return found;
}

/// With pictures as they are shown from here.
std::map<std::pair<AccountId, StatusId>, model::Reaction> reactions_of(db::Tx& tx, const config::Config& config,
                                                                       std::span<const Notification> notifications) {
  std::vector<std::pair<AccountId, StatusId>> pairs;
  for (const auto& notification : notifications) {
    if (notification.type == NotificationType::emoji_reaction && notification.status_id) {
      pairs.emplace_back(notification.from_account_id, *notification.status_id);
    }
  }
  if (pairs.empty()) return {};
  auto reactions = store::list_newest_reactions(tx, pairs);
  for (auto& [key, reaction] : reactions) {
    reaction.url = service::media_urls::reaction(config, reaction.emoji, reaction.url);
  }
  return reactions;
}

}  // namespace

NotificationSubjects::NotificationSubjects(db::Tx& tx, const config::Config& config, AccountId viewer,
                                           std::span<const Notification> notifications,
                                           std::span<const AccountId> further)
    : config_(config),
      viewer_(viewer),
      reports_(reports_of(tx, notifications)),
      accounts_(tx, config, accounts_of(notifications, further, reports_)),
      statuses_(tx, config, viewer, statuses_of(tx, viewer, notifications)),
      severances_(severances_of(tx, viewer, notifications)),
      collections_(collections_of(tx, notifications)),
      reactions_(reactions_of(tx, config, notifications)) {}

bool NotificationSubjects::complete(const Notification& notification) const {
  if (accounts_.find(notification.from_account_id) == nullptr) return false;
  if (notification.type == NotificationType::severed_relationships) return severance(notification) != nullptr;
  if (is_about_collection(notification.type)) return find_collection(notification) != nullptr;
  if (notification.type == NotificationType::emoji_reaction && reaction(notification) == nullptr) return false;
  if (notification.type == NotificationType::admin_report) {
    const auto found = reports_.find(notification.id);
    return found != reports_.end() && accounts_.find(found->second.target_account_id) != nullptr;
  }
  return !has_status(notification.type) || (notification.status_id && statuses_.contains(*notification.status_id));
}

const model::Severance* NotificationSubjects::severance(const Notification& notification) const {
  if (notification.type != NotificationType::severed_relationships || !notification.about_id) return nullptr;
  const auto found = severances_.find(model::SeveranceId{*notification.about_id});
  return found == severances_.end() ? nullptr : &found->second;
}

const model::Reaction* NotificationSubjects::reaction(const Notification& notification) const {
  if (notification.type != NotificationType::emoji_reaction || !notification.status_id) return nullptr;
  const auto found = reactions_.find({notification.from_account_id, *notification.status_id});
  return found == reactions_.end() ? nullptr : &found->second;
}

std::string NotificationSubjects::report(const Notification& notification) {
  const auto found = reports_.find(notification.id);
  if (found == reports_.end()) return {};
  json::Writer out;
  render_report(out, found->second, accounts_.json(found->second.target_account_id));
  return out.take();
}

std::string NotificationSubjects::event(const Notification& notification) const {
  const auto* found = severance(notification);
  if (found == nullptr) return {};
  json::Writer out;
  render_severance(out, *found);
  return out.take();
}

const model::Collection* NotificationSubjects::find_collection(const Notification& notification) const {
  if (!is_about_collection(notification.type) || !notification.about_id) return nullptr;
  const auto found = collections_.find(model::CollectionId{*notification.about_id});
  return found == collections_.end() ? nullptr : &found->second;
}

std::string NotificationSubjects::collection(const Notification& notification) const {
  const auto* found = find_collection(notification);
  if (found == nullptr) return {};
  json::Writer out;
  render_collection(out, config_, *found, viewer_);
  return out.take();
}

std::string NotificationSubjects::fallback(const Notification& notification, const SupportedTypes& supported) const {
  if (!supported.needs_fallback(notification.type)) return {};
  json::Writer out;
  render_fallback(out, notification.type, accounts_.find(notification.from_account_id)->acct(),
                  severance(notification));
  return out.take();
}

}  // namespace dunlin::api::entities
