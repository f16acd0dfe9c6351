#include "dunlin/model/domain_policy.hpp"

#include <utility>

namespace dunlin::model {

namespace {

constexpr std::pair<DomainSeverity, std::string_view> kNames[] = {
    {DomainSeverity::none, "none"}, {DomainSeverity::limit, "limit"}, {DomainSeverity::suspend, "suspend"}};

}  // namespace

std::string_view to_string(DomainSeverity severity) {
  for (const auto& [known, name] : kNames) {
    if (known == severity) return name;
  }
  return "none";
}

std::optional<DomainSeverity> parse_domain_severity(std::string_view text) {
  for (const auto& [severity, name] : kNames) {
    if (name == text) return severity;
  }
  return std::nullopt;
}

}  // namespace dunlin::model
