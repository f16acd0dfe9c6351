#pragma once

#include "dunlin/model/notification.hpp"

#include <string>
#include <string_view>

namespace dunlin::service {

/// "Alice mentioned you", in the language of `locale` ("de", "es-MX") where we speak it, else in English.
std::string push_title(model::NotificationType type, std::string_view name, std::string_view locale);

}  // namespace dunlin::service
