#pragma once

#include "dunlin/config/config.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/model/notification.hpp"
#include "dunlin/model/reaction.hpp"
#include "dunlin/model/severance.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::api::entities {

/// Types that mean nothing without their status.
bool has_status(model::NotificationType type);

/// The types that a client says it can show (`supported_types[]`).
class SupportedTypes {
 public:
  /// The client says nothing: it gets no fallbacks.
  SupportedTypes() = default;
  explicit SupportedTypes(std::vector<std::string> names) : names_(std::move(names)) {}
  /// The client said what it knows, and this newer type is not among it.
  [[nodiscard]] bool needs_fallback(model::NotificationType type) const;

 private:
  std::optional<std::vector<std::string>> names_;
};

/// The sender and what a notification is about, by its type; texts are rendered, "" and nullptr leave members out.
struct NotificationParts {
  std::string_view account;
  std::string_view status{};
  std::string_view report{};      // Report
  std::string_view event{};       // RelationshipSeveranceEvent
  std::string_view collection{};  // Collection
  std::string_view fallback{};    // NotificationFallback
  const model::Reaction* reaction = nullptr;
};
/// Notification (client-api.md 6.4).
void render_notification(json::Writer& out, const model::Notification& notification, const NotificationParts& parts);

/// RelationshipSeveranceEvent (client-api.md 6.4).
void render_severance(json::Writer& out, const model::Severance& severance);
/// NotificationFallback: ready-made text for clients that do not know the type. `severance`: of severed_relationships.
void render_fallback(json::Writer& out, model::NotificationType type, std::string_view sender_acct,
                     const model::Severance* severance);

/// Each with its account and what it is about, in a fixed number of statements. A notification is left out when its
/// account or what it is about has vanished.
std::vector<std::string> render_notifications(db::Tx& tx, const config::Config& config, AccountId viewer,
                                              std::span<const model::Notification> notifications,
                                              const SupportedTypes& supported = {});

}  // namespace dunlin::api::entities
