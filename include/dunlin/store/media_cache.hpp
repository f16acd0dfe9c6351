#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/media.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::store {

/// A copy of something remote.
struct CachedFile {
  bool picture = false;  // a row of `pictures`, else of `media_attachments`
  std::int64_t id = 0;
  std::int64_t bytes = 0;
  Time last_viewed_at;
  std::string remote_url;
};
/// Those viewed longest ago first, from `after` on. Room that was reserved for a file that is not here is among them
/// when that was before `abandoned_before`: younger ones are being stored.
std::vector<CachedFile> list_cached_files(db::Tx& tx, std::optional<Time> after, Time abandoned_before, int limit);
/// They are no longer here; their rows stay, so that they can come back. Returns the keys that the rows have named.
std::vector<std::string> evict_cached_files(db::Tx& tx, std::span<const CachedFile> files);
/// How much is here of other servers; others who ask wait until this transaction ends.
std::int64_t lock_cache_usage(db::Tx& tx);
/// Counts so many bytes for a remote file that is not here yet.
void reserve_for_media(db::Tx& tx, MediaId id, std::int64_t bytes);
/// As store::begin_dropping_files, for these keys.
std::vector<std::string> begin_dropping_keys(db::Tx& tx, std::span<const std::string> keys, Time before);
void touch_media(db::Tx& tx, MediaId id);

/// Files of remote statuses that are not here, above `after`; of one server, or all.
std::vector<MediaId> list_missing_media(db::Tx& tx, const std::optional<std::string>& domain, MediaId after, int limit);

}  // namespace dunlin::store
