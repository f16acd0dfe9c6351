#include "dunlin/model/push_subscription.hpp"

#include <algorithm>
#include <array>

namespace dunlin::model {

namespace {
constexpr std::array<std::string_view, 4> kPolicies{"all", "followed", "follower", "none"};
}

std::string_view to_string(PushPolicy policy) {
  return kPolicies.at(static_cast<std::size_t>(policy));
}

std::optional<PushPolicy> parse_push_policy(std::string_view text) {
  const auto found = std::ranges::find(kPolicies, text);
  if (found == kPolicies.end()) return std::nullopt;
  return static_cast<PushPolicy>(found - kPolicies.begin());
}

}  // namespace dunlin::model
