#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace dunlin::model {

using SeveranceId = Id<struct SeveranceTag>;

/// Append-only: stored as numbers.
enum class SeveranceType : std::uint8_t { domain_block = 0, user_domain_block = 1, account_suspension = 2 };
std::string_view to_string(SeveranceType type);

/// Follows that an account lost at once, in either direction.
struct Severance {
  SeveranceId id;
  AccountId account_id;  // who lost them
  SeveranceType type = SeveranceType::domain_block;
  std::string target_name;  // the domain that was blocked, or the handle that was suspended
  bool purged = false;      // what was lost is not known any more
  std::int32_t followers_count = 0;
  std::int32_t following_count = 0;
  Time created_at{};
};

}  // namespace dunlin::model
