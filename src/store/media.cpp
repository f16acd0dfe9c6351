#include "dunlin/store/media.hpp"

#include "media_rows.hpp"
#include "rows.hpp"

#include "dunlin/db/statement.hpp"

#include <array>

namespace dunlin::store {

using model::MediaAttachment;

model::MediaAttachment read_media(const db::Row& row) {
  int c = 0;
  MediaAttachment m;
  m.id = row.id<MediaId>(c++);
  m.account_id = row.id<AccountId>(c++);
  m.status_id = row.opt_id<StatusId>(c++);
  if (const auto position = row.opt_i64(c++)) m.position = static_cast<int>(*position);
  m.scheduled_id = row.opt_i64(c++);
  m.type = static_cast<model::MediaType>(row.i32(c++));
  m.state = static_cast<model::MediaState>(row.i32(c++));
  m.description = row.text(c++);
  m.focus.x = row.f64(c++);
  m.focus.y = row.f64(c++);
  m.blurhash = row.text(c++);
  m.content_type = row.text(c++);
  m.width = row.i32(c++);
  m.height = row.i32(c++);
  m.preview_width = row.i32(c++);
  m.preview_height = row.i32(c++);
  m.duration = row.f64(c++);
  m.frame_rate = row.text(c++);
  m.bitrate = row.i64(c++);
  m.audio = row.texts(c++);
  m.file_key = row.opt_text(c++);
  m.preview_key = row.opt_text(c++);
  m.bytes = row.i64(c++);
  m.remote_url = row.opt_text(c++);
  m.failure = row.text(c++);
  m.failures = row.i32(c++);
  m.retry_at = row.opt_time(c++);
  m.last_viewed_at = row.time(c++);
  m.unattached_at = row.opt_time(c++);
  m.created_at = row.time(c++);
  m.updated_at = row.time(c++);
  return m;
}

const db::Statement kInsertMedia{"media.insert", R"sql(
INSERT INTO media_attachments (id, account_id, status_id, position, scheduled_id, type, state, description, focus_x,
                               focus_y, blurhash, content_type, width, height, preview_width, preview_height, duration,
                               frame_rate, bitrate, audio, file_key, preview_key, bytes, remote_url, failure, failures,
                               retry_at, last_viewed_at, unattached_at, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
        $25, $26, $27, $28, $29, $30, $31))sql"};

void insert_media(db::Tx& tx, const MediaAttachment& m) {
  tx.exec(kInsertMedia, {m.id,
                         m.account_id,
                         m.status_id,
                         m.position,
                         m.scheduled_id,
                         static_cast<int>(m.type),
                         static_cast<int>(m.state),
                         m.description,
                         m.focus.x,
                         m.focus.y,
                         m.blurhash,
                         m.content_type,
                         m.width,
                         m.height,
                         m.preview_width,
                         m.preview_height,
                         m.duration,
                         m.frame_rate,
                         m.bitrate,
                         db::Param::texts(m.audio),
                         m.file_key,
                         m.preview_key,
                         m.bytes,
                         m.remote_url,
                         m.failure,
                         m.failures,
                         m.retry_at,
                         m.last_viewed_at,
                         m.unattached_at,
                         m.created_at,
                         m.updated_at});
}

const db::Statement kFindMedia{"media.find", "SELECT " DUNLIN_MEDIA_COLUMNS " FROM media_attachments WHERE id = $1"};

std::optional<MediaAttachment> find_media(db::Tx& tx, MediaId id) {
  return first_row(tx.exec(kFindMedia, {id}), read_media);
}

// In order of their ids, or two posts could wait for each other.
const db::Statement kLockMedia{"media.lock",
                               "SELECT " DUNLIN_MEDIA_COLUMNS
                               " FROM media_attachments WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE"};

std::vector<MediaAttachment> lock_media(db::Tx& tx, std::span<const MediaId> ids) {
  if (ids.empty()) return {};
  return all_rows(tx.exec(kLockMedia, {db::Param::ids(ids)}), read_media);
}

const db::Statement kListMedia{"media.list", "SELECT " DUNLIN_MEDIA_COLUMNS R"sql( FROM media_attachments
WHERE status_id = ANY($1::bigint[]) AND position IS NOT NULL
ORDER BY status_id, position)sql"};

std::vector<MediaAttachment> list_status_media(db::Tx& tx, StatusId id) {
  return all_rows(tx.exec(kListMedia, {db::Param::bigints(std::array{id.value})}), read_media);
}

std::map<StatusId, std::vector<MediaAttachment>> list_media_of(db::Tx& tx, std::span<const StatusId> ids) {
  std::map<StatusId, std::vector<MediaAttachment>> out;
  if (ids.empty()) return out;
  for (const auto row : tx.exec(kListMedia, {db::Param::ids(ids)})) {
    auto media = read_media(row);
    const auto status = *media.status_id;
    out[status].push_back(std::move(media));
  }
  return out;
}

const db::Statement kListMediaHistory{"media.history",
                                      "SELECT " DUNLIN_MEDIA_COLUMNS " FROM media_attachments WHERE status_id = $1"};

std::vector<MediaAttachment> list_media_history(db::Tx& tx, StatusId id) {
  return all_rows(tx.exec(kListMediaHistory, {id}), read_media);
}

const db::Statement kListScheduledMedia{"media.list_scheduled",
                                        "SELECT " DUNLIN_MEDIA_COLUMNS R"sql( FROM media_attachments
WHERE scheduled_id = ANY($1::bigint[])
ORDER BY scheduled_id, position, id)sql"};

std::map<std::int64_t, std::vector<MediaAttachment>> list_scheduled_media(db::Tx& tx,
                                                                          std::span<const std::int64_t> scheduled_ids) {
  std::map<std::int64_t, std::vector<MediaAttachment>> out;
  for (const auto row : tx.exec(kListScheduledMedia, {db::Param::bigints(scheduled_ids)})) {
    auto media = read_media(row);
    const auto scheduled = *media.scheduled_id;
    out[scheduled].push_back(std::move(media));
  }
  return out;
}

const db::Statement kUpdateMedia{"media.update", R"sql(
UPDATE media_attachments
SET type = $2, state = $3, description = $4, focus_x = $5, focus_y = $6, blurhash = $7, content_type = $8, width = $9,
    height = $10, preview_width = $11, preview_height = $12, duration = $13, frame_rate = $14, bitrate = $15,
    audio = $16, file_key = $17, preview_key = $18, bytes = $19, failure = $20, failures = $21, retry_at = $22,
    last_viewed_at = $23, updated_at = $24
WHERE id = $1)sql"};

void update_media(db::Tx& tx, const MediaAttachment& m) {
  tx.exec(kUpdateMedia, {m.id,
                         static_cast<int>(m.type),
                         static_cast<int>(m.state),
                         m.description,
                         m.focus.x,
                         m.focus.y,
                         m.blurhash,
                         m.content_type,
                         m.width,
                         m.height,
                         m.preview_width,
                         m.preview_height,
                         m.duration,
                         m.frame_rate,
                         m.bitrate,
                         db::Param::texts(m.audio),
                         m.file_key,
                         m.preview_key,
                         m.bytes,
                         m.failure,
                         m.failures,
                         m.retry_at,
                         m.last_viewed_at,
                         tx.now()});
}

const db::Statement kDescribeMedia{
    "media.describe",
    "UPDATE media_attachments SET description = $2, focus_x = $3, focus_y = $4, updated_at = $5 WHERE id = $1"};

void describe_media(db::Tx& tx, const MediaAttachment& m) {
  tx.exec(kDescribeMedia, {m.id, m.description, m.focus.x, m.focus.y, tx.now()});
}

const db::Statement kAttachMedia{"media.attach", R"sql(
WITH shown AS (
  SELECT n.id, n.place - 1 AS position FROM unnest($2::bigint[]) WITH ORDINALITY AS n (id, place)),
touched AS (
  SELECT id FROM media_attachments WHERE status_id = $1 UNION SELECT id FROM shown)
UPDATE media_attachments m
SET status_id = $1, position = s.position, scheduled_id = NULL, unattached_at = NULL
FROM touched t LEFT JOIN shown s ON s.id = t.id
WHERE m.id = t.id)sql"};

void attach_media(db::Tx& tx, StatusId status, std::span<const MediaId> ids) {
  tx.exec(kAttachMedia, {status, db::Param::ids(ids)});
}

const db::Statement kDetachMedia{"media.detach", R"sql(
WITH gone AS (
  DELETE FROM media_attachments WHERE status_id = $1 AND remote_url IS NOT NULL)
UPDATE media_attachments
SET status_id = NULL, position = NULL, unattached_at = $2
WHERE status_id = $1 AND remote_url IS NULL)sql"};

void detach_media(db::Tx& tx, StatusId status) {
  tx.exec(kDetachMedia, {status, tx.now()});
}

const db::Statement kDeleteStatusMedia{"media.delete_of_status", "DELETE FROM media_attachments WHERE status_id = $1"};

void delete_status_media(db::Tx& tx, StatusId status) {
  tx.exec(kDeleteStatusMedia, {status});
}

const db::Statement kReserveMedia{"media.reserve", R"sql(
UPDATE media_attachments m
SET scheduled_id = $1, position = n.place - 1, unattached_at = NULL
FROM unnest($2::bigint[]) WITH ORDINALITY AS n (id, place)
WHERE m.id = n.id)sql"};

void reserve_media(db::Tx& tx, std::int64_t scheduled_id, std::span<const MediaId> ids) {
  tx.exec(kReserveMedia, {scheduled_id, db::Param::ids(ids)});
}

const db::Statement kReleaseMedia{"media.release", R"sql(
UPDATE media_attachments SET scheduled_id = NULL, position = NULL, unattached_at = $2 WHERE scheduled_id = $1)sql"};

void release_media(db::Tx& tx, std::int64_t scheduled_id) {
  tx.exec(kReleaseMedia, {scheduled_id, tx.now()});
}

// The conditions once more in the deletion: a post may take it at this moment, and whoever waits for that row looks
// again at what stands here.
const db::Statement kDeleteUnusedMedia{"media.delete_unused", R"sql(
DELETE FROM media_attachments WHERE id = $1 AND status_id IS NULL AND scheduled_id IS NULL)sql"};

bool delete_unused_media(db::Tx& tx, MediaId id) {
  return tx.exec(kDeleteUnusedMedia, {id}).affected() > 0;
}

const db::Statement kPurgeUnattachedMedia{"media.purge_unattached", R"sql(
DELETE FROM media_attachments
WHERE id = ANY(ARRAY(SELECT id FROM media_attachments WHERE unattached_at < $1 ORDER BY unattached_at LIMIT $2))
  AND unattached_at < $1)sql"};

std::size_t purge_unattached_media(db::Tx& tx, Time before, int limit) {
  return tx.exec(kPurgeUnattachedMedia, {before, limit}).affected();
}

}  // namespace dunlin::store
