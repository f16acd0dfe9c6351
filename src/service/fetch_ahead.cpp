#include "fetch_ahead.hpp"

#include "dunlin/jobs/queue.hpp"
#include "dunlin/store/media_policies.hpp"

namespace dunlin::service {

void fetch_ahead(Environment& env, db::Tx& tx, std::string_view domain, std::span<const RemoteFile> files) {
  if (files.empty()) return;
  const bool ahead = store::find_media_policy(tx, domain).value_or(env.config.media.remote == "cache");
  if (!ahead) return;
  for (const RemoteFile& file : files) {
    auto name = file.name();
    env.queue.enqueue(tx, {.kind = kFetchMedia, .payload = name, .unique_key = name});
  }
}

}  // namespace dunlin::service
