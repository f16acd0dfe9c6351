#include "dunlin/model/report.hpp"

#include <array>
#include <utility>

namespace dunlin::model {

namespace {

constexpr std::array kNames{std::pair{ReportCategory::other, std::string_view("other")},
                            std::pair{ReportCategory::spam, std::string_view("spam")},
                            std::pair{ReportCategory::legal, std::string_view("legal")},
                            std::pair{ReportCategory::violation, std::string_view("violation")}};

}  // namespace

std::string_view to_string(ReportCategory category) {
  for (const auto& [value, name] : kNames) {
    if (value == category) return name;
  }
  return "other";
}

std::optional<ReportCategory> parse_report_category(std::string_view text) {
  for (const auto& [value, name] : kNames) {
    if (name == text) return value;
  }
  return std::nullopt;
}

}  // namespace dunlin::model
