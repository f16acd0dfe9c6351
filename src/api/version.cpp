#include "dunlin/api/version.hpp"

#include "dunlin/base/version.hpp"

#include <fmt/core.h>

#include <array>

namespace dunlin::api {

namespace {

constexpr std::array kGates{
    FeatureGate{1, "4.2.0", "accounts and statuses by several ids", true},
    FeatureGate{2, "4.3.0", "grouped notifications", true},
    FeatureGate{3, "4.3.0", "PKCE", true},
    FeatureGate{4, "4.3.0", "Web Push in its standard form", true},
    FeatureGate{5, "4.3.0", "filters that blur", true},
    FeatureGate{6, "4.4.0", "endorsements by account", true},
    FeatureGate{7, "4.5.0", "writing quotes", true},
    FeatureGate{8, "4.5.0", "/api/v1/profile", true},
    FeatureGate{9, "4.5.0", "/api/v1/profile with pictures", true},
    FeatureGate{10, "4.6.0", "collections; notification fallbacks", true},
};

const FeatureGate& last_offered() {
  const auto* last = kGates.begin();
  for (const auto* gate = last; gate != kGates.end() && gate->offered; ++gate) last = gate;
  return *last;
}

}  // namespace

std::span<const FeatureGate> feature_gates() {
  return kGates;
}

int mastodon_api_version() {
  return last_offered().version;
}

std::string instance_version() {
  return fmt::format("{} (compatible; Dunlin {})", last_offered().mastodon, kVersion);
}

}  // namespace dunlin::api
