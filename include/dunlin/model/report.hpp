#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::model {

using ReportId = Id<struct ReportTag>;

/// Stored as numbers.
enum class ReportCategory : std::uint8_t { other = 0, spam = 1, legal = 2, violation = 3 };
/// As in the API: "other", "spam", ...
std::string_view to_string(ReportCategory category);
std::optional<ReportCategory> parse_report_category(std::string_view text);

/// Somebody asks the moderators to look at an account.
struct Report {
  ReportId id;
  std::optional<std::string> uri{};  // of the Flag that came in
  AccountId account_id;              // who reports
  AccountId target_account_id;
  std::vector<StatusId> status_ids{};
  std::vector<std::int64_t> collection_ids{};
  std::vector<std::int64_t> rule_ids{};
  std::string comment{};
  ReportCategory category = ReportCategory::other;
  bool forwarded = false;
  std::optional<ApplicationId> application_id{};
  std::optional<Time> action_taken_at{};
  Time created_at{};
};

}  // namespace dunlin::model
