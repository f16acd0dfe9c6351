#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dunlin {
using QuoteId = Id<struct QuoteTag>;
}

namespace dunlin::model {

/// What the quoted author has said to it; stored as numbers.
enum class QuoteState : std::uint8_t { pending = 0, accepted = 1, rejected = 2, revoked = 3 };

/// A status that shows another one.
struct Quote {
  QuoteId id;
  StatusId status_id;
  AccountId account_id;                        // of status_id
  std::optional<StatusId> quoted_status_id;    // nullopt: not here (yet, or any more)
  std::optional<AccountId> quoted_account_id;  // its author
  std::string quoted_uri;
  QuoteState state = QuoteState::pending;
  std::optional<std::string> request_uri{};   // of the QuoteRequest
  std::optional<std::string> approval_uri{};  // of the authorization
  std::optional<Time> checked_at{};           // when the authorization was last looked at
  Time created_at{};
};

/// What a viewer is shown of a quote; only `accepted` and the last three come with the quoted status.
enum class QuoteSight : std::uint8_t {
  pending,
  accepted,
  rejected,
  revoked,
  deleted,
  unauthorized,
  blocked_account,
  blocked_domain,
  muted_account,
};
/// As in the API.
std::string_view to_string(QuoteSight sight);
[[nodiscard]] constexpr bool shows_quoted(QuoteSight sight) {
  return sight == QuoteSight::accepted || sight >= QuoteSight::blocked_account;
}

}  // namespace dunlin::model
