#include "fetch_ahead.hpp"

#include "dunlin/base/random.hpp"
#include "dunlin/jobs/queue.hpp"
#include "dunlin/store/media_policies.hpp"

#include <chrono>

namespace dunlin::service {

namespace {

/// Every server that got the post would ask at the same moment (federation.md 4.11).
constexpr std::chrono::milliseconds kJitter{30'000};

}  // namespace

void fetch_ahead(Environment& env, db::Tx& tx, std::string_view domain, std::span<const RemoteFile> files) {
  if (files.empty()) return;
  const bool ahead = store::find_media_policy(tx, domain).value_or(env.config.media.remote == "cache");
  if (!ahead) return;
  for (const RemoteFile& file : files) {
    auto name = file.name();
    const auto at = tx.now() + std::chrono::milliseconds(random_below(kJitter.count()));
    env.queue.enqueue(tx, {.kind = kFetchMedia, .payload = name, .run_at = at, .unique_key = name});
  }
}

}  // namespace dunlin::service
