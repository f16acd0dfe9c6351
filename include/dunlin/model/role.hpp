#pragma once

#include <cstdint>

namespace dunlin::model {

/// What a login may do beyond posting. Append-only: stored as numbers.
enum class Role : std::uint8_t { user = 0, moderator = 1, admin = 2, owner = 3 };

inline bool is_staff(Role role) {
  return role != Role::user;
}

}  // namespace dunlin::model
