#pragma once

#include <span>
#include <string>
#include <string_view>

namespace dunlin::api {

/// What a value of `api_versions.mastodon` unlocks in clients (client-api.md 1.9), in this order.
struct FeatureGate {
  int version;
  std::string_view mastodon;  // the Mastodon version whose clients expect this
  std::string_view feature;
  bool offered;  // all of it works here
};
std::span<const FeatureGate> feature_gates();

/// `api_versions.mastodon`: as far as every gate is offered.
int mastodon_api_version();
/// What instance documents say: begins with the Mastodon version that those gates stand for. Ice Cubes takes 4.3 for
/// grouped notifications, Mastodon.py refuses calls that are newer than it.
std::string instance_version();

}  // namespace dunlin::api
