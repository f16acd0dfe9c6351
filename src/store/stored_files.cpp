#include "dunlin/store/stored_files.hpp"

#include "dunlin/db/statement.hpp"
#include "dunlin/store/media_cache.hpp"

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
INSERT INTO stored_files (key, bytes, touched_at, claims)
VALUES ($1, $2, $3, 1)
ON CONFLICT (key) DO UPDATE
SET touched_at = EXCLUDED.touched_at, dropping = false,
  claims = CASE WHEN stored_files.dropping THEN 1 ELSE stored_files.claims + 1 END
WHERE NOT stored_files.dropping OR stored_files.touched_at < $4
RETURNING key)sql"};

const db::Statement kSettleFiles{
    "files.settle",
    "UPDATE stored_files SET claims = greatest(claims - 1, 0) WHERE key = ANY($1::text[]) AND NOT dropping"};

bool announce_file(db::Tx& tx, std::string_view key, std::int64_t bytes, Time before) {
  return !tx.exec(kAnnounceFile, {key, bytes, tx.now(), before}).empty();
}

bool settle_files(db::Tx& tx, std::span<const std::string> keys) {
  return tx.exec(kSettleFiles, {db::Param::texts(keys)}).affected() == keys.size();
}

const db::Statement kListFiles{"files.list", "SELECT key FROM stored_files WHERE key > $1 ORDER BY key LIMIT $2"};

Dropping begin_dropping_files(db::Tx& tx, std::string_view after, Time before, int limit) {
  const auto keys = keys_of(tx.exec(kListFiles, {after, limit}));
  const bool more = keys.size() == static_cast<std::size_t>(limit);
  return {.keys = begin_dropping_keys(tx, keys, before), .last_seen = more ? keys.back() : std::string()};
}

// Two statements: who names a file holds its row until that is committed, and only a statement that begins after it
// sees the name. Rows that somebody holds are passed over, and those that somebody is dropping: a second one would come
// when the same content is stored again.
const db::Statement kHoldFiles{"files.hold", R"sql(
SELECT key FROM stored_files
WHERE key = ANY($1::text[]) AND (touched_at < $2 OR (claims = 0 AND NOT dropping))
FOR UPDATE SKIP LOCKED)sql"};

// Probes: NOT EXISTS would be a join with all media there are, and by the collation of f.key no index is of use.
const db::Statement kBeginDropping{"files.begin_dropping", R"sql(
UPDATE stored_files f
SET dropping = true, touched_at = $2
WHERE f.key = ANY($1::text[])
  AND (SELECT true FROM media_attachments m WHERE m.file_key = f.key COLLATE "default" LIMIT 1) IS NULL
  AND (SELECT true FROM media_attachments m WHERE m.preview_key = f.key COLLATE "default" LIMIT 1) IS NULL
  AND (SELECT true FROM pictures p WHERE p.file_key = f.key COLLATE "default" LIMIT 1) IS NULL
  AND (SELECT true FROM pictures p WHERE p.still_key = f.key COLLATE "default" LIMIT 1) IS NULL
RETURNING f.key)sql"};

std::vector<std::string> begin_dropping_keys(db::Tx& tx, std::span<const std::string> keys, Time before) {
  if (keys.empty()) return {};
  const auto held = keys_of(tx.exec(kHoldFiles, {db::Param::texts(keys), before}));
  if (held.empty()) return {};
  return keys_of(tx.exec(kBeginDropping, {db::Param::texts(held), tx.now()}));
}

const db::Statement kEndDropping{"files.end_dropping",
                                 "DELETE FROM stored_files WHERE key = ANY($1::text[]) AND dropping"};

void end_dropping_files(db::Tx& tx, std::span<const std::string> keys) {
  tx.exec(kEndDropping, {db::Param::texts(keys)});
}

const db::Statement kKeepFiles{"files.keep",
                               "UPDATE stored_files SET dropping = false WHERE key = ANY($1::text[]) AND dropping"};

void keep_files(db::Tx& tx, std::span<const std::string> keys) {
  tx.exec(kKeepFiles, {db::Param::texts(keys)});
}

const db::Statement kBeginDroppingStranger{"files.begin_dropping_stranger", R"sql(
INSERT INTO stored_files (key, bytes, touched_at, dropping) VALUES ($1, 0, $2, true)
ON CONFLICT (key) DO NOTHING)sql"};

bool begin_dropping_stranger(db::Tx& tx, std::string_view key) {
  return tx.exec(kBeginDroppingStranger, {key, tx.now()}).affected() > 0;
}

const db::Statement kListKnownFiles{"files.list_known", "SELECT key FROM stored_files WHERE key = ANY($1::text[])"};

std::vector<std::string> list_known_files(db::Tx& tx, std::span<const std::string> keys) {
  return keys_of(tx.exec(kListKnownFiles, {db::Param::texts(keys)}));
}

std::vector<std::string> list_files(db::Tx& tx, std::string_view after, int limit) {
  return keys_of(tx.exec(kListFiles, {after, limit}));
}

const db::Statement kCountFiles{"files.count", "SELECT count(*), coalesce(sum(bytes), 0)::bigint FROM stored_files"};

FileUsage count_files(db::Tx& tx) {
  const auto rows = tx.exec(kCountFiles);
  return {.files = rows[0].i64(0), .bytes = rows[0].i64(1)};
}

const db::Statement kCountCachedFiles{"files.count_cached", "SELECT files, bytes FROM media_cache_usage"};

FileUsage count_cached_files(db::Tx& tx) {
  const auto rows = tx.exec(kCountCachedFiles);
  return {.files = rows[0].i64(0), .bytes = rows[0].i64(1)};
}

}  // namespace dunlin::store
