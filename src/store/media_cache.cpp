#include "dunlin/store/media_cache.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

namespace {

/// The ids of those of one table.
db::Param ids_of(std::span<const CachedFile> files, bool pictures) {
  std::vector<std::int64_t> ids;
  for (const auto& file : files) {
    if (file.picture == pictures) ids.push_back(file.id);
  }
  return db::Param::bigints(ids);
}

std::vector<std::string> texts_of(const db::Rows& rows) {
  std::vector<std::string> out;
  for (const auto row : rows) out.emplace_back(row.text(0));
  return out;
}

}  // namespace

const db::Statement kListCachedFiles{"media_cache.list", R"sql(
(SELECT false, id, bytes, last_viewed_at, remote_url FROM media_attachments
 WHERE remote_url IS NOT NULL AND bytes > 0 AND ($1::timestamptz IS NULL OR last_viewed_at >= $1)
   AND (file_key IS NOT NULL OR last_viewed_at < $3)
 ORDER BY last_viewed_at LIMIT $2)
UNION ALL
(SELECT true, id, bytes, last_viewed_at, remote_url FROM pictures
 WHERE remote_url IS NOT NULL AND bytes > 0 AND ($1::timestamptz IS NULL OR last_viewed_at >= $1)
   AND (file_key IS NOT NULL OR last_viewed_at < $3)
 ORDER BY last_viewed_at LIMIT $2)
ORDER BY 4, 2
LIMIT $2)sql"};

std::vector<CachedFile> list_cached_files(db::Tx& tx, std::optional<Time> after, Time abandoned_before, int limit) {
  return all_rows(tx.exec(kListCachedFiles, {after, limit, abandoned_before}), [](const db::Row& row) {
    return CachedFile{.picture = row.boolean(0),
                      .id = row.i64(1),
                      .bytes = row.i64(2),
                      .last_viewed_at = row.time(3),
                      .remote_url = std::string(row.text(4))};
  });
}

const db::Statement kEvictCachedFiles{"media_cache.evict", R"sql(
WITH old_media AS (
  SELECT id, file_key, preview_key FROM media_attachments
  WHERE id = ANY($1::bigint[]) AND remote_url IS NOT NULL FOR UPDATE),
old_pictures AS (
  SELECT id, file_key, still_key FROM pictures WHERE id = ANY($2::bigint[]) AND remote_url IS NOT NULL FOR UPDATE),
media AS (
  UPDATE media_attachments m
  SET file_key = NULL, preview_key = NULL, bytes = 0, state = $3
  FROM old_media o WHERE m.id = o.id),
shown AS (
  UPDATE pictures p SET file_key = NULL, still_key = NULL, bytes = 0 FROM old_pictures o WHERE p.id = o.id)
SELECT DISTINCT k.key
FROM (SELECT file_key AS key FROM old_media UNION ALL SELECT preview_key FROM old_media
      UNION ALL SELECT file_key FROM old_pictures UNION ALL SELECT still_key FROM old_pictures) k
WHERE k.key IS NOT NULL)sql"};

std::vector<std::string> evict_cached_files(db::Tx& tx, std::span<const CachedFile> files) {
  return texts_of(tx.exec(kEvictCachedFiles,
                          {ids_of(files, false), ids_of(files, true), static_cast<int>(model::MediaState::remote)}));
}

const db::Statement kLockCacheUsage{"media_cache.lock_usage", "SELECT bytes FROM media_cache_usage FOR UPDATE"};

std::int64_t lock_cache_usage(db::Tx& tx) {
  return tx.exec(kLockCacheUsage)[0].i64(0);
}

const db::Statement kReserveForMedia{"media_cache.reserve", R"sql(
UPDATE media_attachments SET bytes = $2, last_viewed_at = $3 WHERE id = $1 AND remote_url IS NOT NULL)sql"};

void reserve_for_media(db::Tx& tx, MediaId id, std::int64_t bytes) {
  tx.exec(kReserveForMedia, {id, bytes, tx.now()});
}

const db::Statement kTouchMedia{"media_cache.touch", "UPDATE media_attachments SET last_viewed_at = $2 WHERE id = $1"};

void touch_media(db::Tx& tx, MediaId id) {
  tx.exec(kTouchMedia, {id, tx.now()});
}

const db::Statement kListMissingMedia{"media_cache.list_missing", R"sql(
SELECT m.id
FROM media_attachments m JOIN accounts a ON a.id = m.account_id
WHERE m.id > $2 AND m.remote_url IS NOT NULL AND m.file_key IS NULL AND m.position IS NOT NULL
  AND m.state <> $4
  AND ($1::text IS NULL OR a.domain = $1)
ORDER BY m.id
LIMIT $3)sql"};

std::vector<MediaId> list_missing_media(db::Tx& tx, const std::optional<std::string>& domain, MediaId after,
                                        int limit) {
  return all_rows(tx.exec(kListMissingMedia, {domain, after, limit, static_cast<int>(model::MediaState::refused)}),
                  [](const db::Row& row) { return row.id<MediaId>(0); });
}

}  // namespace dunlin::store
