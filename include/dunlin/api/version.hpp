#pragma once

#include <string>

namespace dunlin::api {

/// What instance documents say. It begins with the Mastodon version whose clients find what they expect: Ice Cubes
/// takes 4.3 for grouped notifications, Mastodon.py refuses calls that are newer than it (client-api.md 1.9).
std::string instance_version();
/// `api_versions.mastodon`: 1 has accounts and statuses by several ids; 2 would promise grouped notifications.
inline constexpr int kMastodonApiVersion = 1;

}  // namespace dunlin::api
