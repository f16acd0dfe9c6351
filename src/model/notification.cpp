#include "dunlin/model/notification.hpp"

#include <algorithm>
#include <array>

namespace dunlin::model {

namespace {

struct NamedType {
  NotificationType type;
  std::string_view name;
};
using enum NotificationType;
constexpr std::array kNamedTypes{NamedType{mention, "mention"},
                                 NamedType{follow, "follow"},
                                 NamedType{favourite, "favourite"},
                                 NamedType{reblog, "reblog"},
                                 NamedType{follow_request, "follow_request"},
                                 NamedType{status, "status"},
                                 NamedType{poll, "poll"},
                                 NamedType{update, "update"},
                                 NamedType{quote, "quote"},
                                 NamedType{quoted_update, "quoted_update"},
                                 NamedType{admin_sign_up, "admin.sign_up"},
                                 NamedType{admin_report, "admin.report"},
                                 NamedType{severed_relationships, "severed_relationships"},
                                 NamedType{moderation_warning, "moderation_warning"},
                                 NamedType{added_to_collection, "added_to_collection"},
                                 NamedType{collection_update, "collection_update"},
                                 NamedType{emoji_reaction, "pleroma:emoji_reaction"}};

constexpr std::array<std::string_view, 3> kPolicyActions{"accept", "filter", "drop"};

}  // namespace

std::span<const NotificationType> notification_types() {
  static constexpr auto kTypes = [] {
    std::array<NotificationType, kNamedTypes.size()> types{};
    std::ranges::transform(kNamedTypes, types.begin(), &NamedType::type);
    return types;
  }();
  return kTypes;
}

std::string_view to_string(NotificationType type) {
  return kNamedTypes.at(static_cast<std::size_t>(type)).name;
}

std::optional<NotificationType> parse_notification_type(std::string_view text) {
  const auto* const found = std::ranges::find(kNamedTypes, text, &NamedType::name);
  if (found == kNamedTypes.end()) return std::nullopt;
  return found->type;
}

bool is_groupable(NotificationType type) {
  return type == favourite || type == reblog || type == follow || type == admin_sign_up;
}

std::string_view to_string(PolicyAction action) {
  return kPolicyActions.at(static_cast<std::size_t>(action));
}

std::optional<PolicyAction> parse_policy_action(std::string_view text) {
  const auto* const found = std::ranges::find(kPolicyActions, text);
  if (found == kPolicyActions.end()) return std::nullopt;
  return static_cast<PolicyAction>(found - kPolicyActions.begin());
}

}  // namespace dunlin::model
