#include "dunlin/activitypub/refusals.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/base/text.hpp"

#include <chrono>
#include <string>

namespace dunlin::activitypub {

namespace {

constexpr std::chrono::hours kWindow{1};
constexpr int kMostOfOne = 20;
// Some 100,000 rows while they are kept.
constexpr int kMostVerified = 300;
constexpr int kMostClaimed = 300;
constexpr std::size_t kMaxBytes = 500;

}  // namespace

std::optional<store::Refusal> refusal_row(service::Environment& env, std::string_view host, const Activity& activity,
                                          Reason why, std::string_view reason,
                                          const std::optional<std::string>& network) {
  auto& told = FederationService::of(env).refusals_told();
  if (host.empty() || !told.allow(network ? "from " + *network : std::string(host), kMostOfOne, kWindow) ||
      !told.allow(network ? "claimed" : "verified", network ? kMostClaimed : kMostVerified, kWindow)) {
    return std::nullopt;
  }
  return store::Refusal{.id = env.ids.next<ActivityId>(),
                        .host = std::string(host),
                        .type = activity.type_name,
                        .uri = activity.id,
                        .why = static_cast<int>(why),
                        .reason = std::string(text::truncate_utf8(text::to_valid_utf8(reason), kMaxBytes))};
}

}  // namespace dunlin::activitypub
