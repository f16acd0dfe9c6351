#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::model {

using FilterKeywordId = Id<struct FilterKeywordTag>;
using FilterStatusId = Id<struct FilterStatusTag>;

/// Where a filter works.
enum class FilterContext : std::uint8_t { home, notifications, public_, thread, account };
inline constexpr std::array kFilterContexts{FilterContext::home, FilterContext::notifications, FilterContext::public_,
                                            FilterContext::thread, FilterContext::account};
/// "home", "notifications", "public", "thread", "account".
std::string_view to_string(FilterContext context);
std::optional<FilterContext> parse_filter_context(std::string_view text);

/// What becomes of a status that matches. Append-only: stored as numbers.
enum class FilterAction : std::uint8_t { warn = 0, hide = 1, blur = 2 };
std::string_view to_string(FilterAction action);
std::optional<FilterAction> parse_filter_action(std::string_view text);

/// One user's wish not to read of something.
struct Filter {
  struct Keyword {
    FilterKeywordId id;
    std::string keyword;
    bool whole_word = true;
  };
  struct Status {
    FilterStatusId id;
    StatusId status_id;
  };

  FilterId id;
  std::string title;
  std::vector<FilterContext> contexts;
  FilterAction action = FilterAction::warn;
  std::optional<Time> expires_at;
  std::vector<Keyword> keywords;
  std::vector<Status> statuses;

  [[nodiscard]] bool is_active(Time now) const { return !expires_at || *expires_at > now; }
  [[nodiscard]] bool works_in(FilterContext context) const {
    return std::ranges::find(contexts, context) != contexts.end();
  }
};

}  // namespace dunlin::model
