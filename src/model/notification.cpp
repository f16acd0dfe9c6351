#include "dunlin/model/notification.hpp"

#include <array>

namespace dunlin::model {

namespace {
constexpr std::array<std::string_view, 5> kTypes{"mention", "follow", "favourite", "reblog", "follow_request"};
}

std::string_view to_string(NotificationType type) {
  return kTypes.at(static_cast<std::size_t>(type));
}

std::optional<NotificationType> parse_notification_type(std::string_view text) {
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    if (kTypes.at(i) == text) return static_cast<NotificationType>(i);
  }
  return std::nullopt;
}

}  // namespace dunlin::model
