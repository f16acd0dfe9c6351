#pragma once

#include "dunlin/base/clock.hpp"

#include <cstdint>
#include <string>

namespace dunlin::model {

/// A mail to one person, as text and as HTML of the same content.
struct Mail {
  std::int64_t id = 0;
  std::string recipient;  // an address
  std::string subject;
  std::string text;
  std::string html;
  Time created_at{};
};

}  // namespace dunlin::model
