#include "dunlin/store/stored_files.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

namespace {

std::vector<std::string> keys_of(const db::Rows& rows) {
  std::vector<std::string> keys;
  keys.reserve(rows.size());
  for (const auto row : rows) keys.emplace_back(row.text(0));
  return keys;
}

}  // namespace

const db::Statement kAnnounceFile{"files.announce", R"sql(
INSERT INTO stored_files (key, bytes, touched_at)
VALUES ($1, $2, $3)
ON CONFLICT (key) DO UPDATE SET touched_at = EXCLUDED.touched_at WHERE NOT stored_files.dropping
RETURNING key)sql"};

bool announce_file(db::Tx& tx, std::string_view key, std::int64_t bytes) {
  return !tx.exec(kAnnounceFile, {key, bytes, tx.now()}).empty();
}

const db::Statement kBeginDropping{"files.begin_dropping", R"sql(
WITH seen AS (
  SELECT key, touched_at FROM stored_files WHERE key > $1 ORDER BY key LIMIT $3),
unused AS (
  UPDATE stored_files
  SET dropping = true
  WHERE key IN (
    SELECT s.key FROM seen s
    WHERE s.touched_at < $2
      AND NOT EXISTS (SELECT 1 FROM media_attachments m WHERE m.file_key = s.key)
      AND NOT EXISTS (SELECT 1 FROM media_attachments m WHERE m.preview_key = s.key)
      AND NOT EXISTS (SELECT 1 FROM pictures p WHERE p.file_key = s.key)
      AND NOT EXISTS (SELECT 1 FROM pictures p WHERE p.still_key = s.key))
    AND touched_at < $2
  RETURNING key)
SELECT CASE WHEN (SELECT count(*) FROM seen) = $3 THEN (SELECT max(key) FROM seen) ELSE '' END,
       ARRAY(SELECT key FROM unused)::text[])sql"};

Dropping begin_dropping_files(db::Tx& tx, std::string_view after, Time before, int limit) {
  const auto rows = tx.exec(kBeginDropping, {after, before, limit});
  return {.keys = rows[0].texts(1), .last_seen = std::string(rows[0].text(0))};
}

const db::Statement kEndDropping{"files.end_dropping",
                                 "DELETE FROM stored_files WHERE key = ANY($1::text[]) AND dropping"};

void end_dropping_files(db::Tx& tx, std::span<const std::string> keys) {
  tx.exec(kEndDropping, {db::Param::texts(keys)});
}

const db::Statement kListKnownFiles{"files.list_known", "SELECT key FROM stored_files WHERE key = ANY($1::text[])"};

std::vector<std::string> list_known_files(db::Tx& tx, std::span<const std::string> keys) {
  return keys_of(tx.exec(kListKnownFiles, {db::Param::texts(keys)}));
}

const db::Statement kListFiles{"files.list", "SELECT key FROM stored_files WHERE key > $1 ORDER BY key LIMIT $2"};

std::vector<std::string> list_files(db::Tx& tx, std::string_view after, int limit) {
  return keys_of(tx.exec(kListFiles, {after, limit}));
}

const db::Statement kCountFiles{"files.count", "SELECT count(*), coalesce(sum(bytes), 0)::bigint FROM stored_files"};

FileUsage count_files(db::Tx& tx) {
  const auto rows = tx.exec(kCountFiles);
  return {.files = rows[0].i64(0), .bytes = rows[0].i64(1)};
}

const db::Statement kCountCachedFiles{"files.count_cached", R"sql(
SELECT m.files + p.files, (m.bytes + p.bytes)::bigint
FROM (SELECT count(*) AS files, coalesce(sum(bytes), 0) AS bytes FROM media_attachments
      WHERE remote_url IS NOT NULL AND bytes > 0) m,
     (SELECT count(*) AS files, coalesce(sum(bytes), 0) AS bytes FROM pictures
      WHERE remote_url IS NOT NULL AND bytes > 0) p)sql"};

FileUsage count_cached_files(db::Tx& tx) {
  const auto rows = tx.exec(kCountCachedFiles);
  return {.files = rows[0].i64(0), .bytes = rows[0].i64(1)};
}

}  // namespace dunlin::store
