#include "dunlin/store/backfills.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"

#include <algorithm>

namespace dunlin::store {

#define DUNLIN_BACKFILL_COLUMNS \
  "id, kind, subject_id, started_at, finished_at, next_at, pause, objects_left, pages_left, found"

namespace {

Backfill read_backfill(const db::Row& row) {
  return {.id = row.i64(0),
          .kind = static_cast<BackfillKind>(row.i32(1)),
          .subject_id = row.i64(2),
          .started_at = row.time(3),
          .finished_at = row.opt_time(4),
          .next_at = row.time(5),
          .pause = std::chrono::seconds(row.i64(6)),
          .objects_left = row.i32(7),
          .pages_left = row.i32(8),
          .found = row.i32(9)};
}

}  // namespace

const db::Statement kFindOfSubject{"backfills.find_of_subject", "SELECT " DUNLIN_BACKFILL_COLUMNS
                                                                " FROM backfills WHERE kind = $1 AND subject_id = $2"};

std::optional<Backfill> find_backfill(db::Tx& tx, BackfillKind kind, std::int64_t subject) {
  return first_row(tx.exec(kFindOfSubject, {static_cast<int>(kind), subject}), read_backfill);
}

const db::Statement kFindBackfill{"backfills.find", "SELECT " DUNLIN_BACKFILL_COLUMNS " FROM backfills WHERE id = $1"};

std::optional<Backfill> find_backfill(db::Tx& tx, std::int64_t id) {
  return first_row(tx.exec(kFindBackfill, {id}), read_backfill);
}

const db::Statement kDropBackfill{"backfills.drop", "DELETE FROM backfills WHERE kind = $1 AND subject_id = $2"};
const db::Statement kStartBackfill{"backfills.start", R"sql(
INSERT INTO backfills (id, kind, subject_id, started_at, next_at, pause, objects_left, pages_left)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (kind, subject_id) DO NOTHING)sql"};

void start_backfill(db::Tx& tx, const Backfill& b) {
  tx.exec(kDropBackfill, {static_cast<int>(b.kind), b.subject_id});
  tx.exec(kStartBackfill, {b.id, static_cast<int>(b.kind), b.subject_id, b.started_at, b.next_at, b.pause.count(),
                           b.objects_left, b.pages_left});
}

const db::Statement kFinishBackfill{
    "backfills.finish",
    "UPDATE backfills SET finished_at = $2, next_at = $3, pause = $4 WHERE id = $1 AND finished_at IS NULL"};
const db::Statement kDropItems{"backfills.drop_items", "DELETE FROM backfill_items WHERE backfill_id = $1"};

void finish_backfill(db::Tx& tx, std::int64_t id, Time next_at, std::chrono::seconds pause) {
  tx.exec(kFinishBackfill, {id, tx.now(), next_at, pause.count()});
  tx.exec(kDropItems, {id});
}

const db::Statement kCountFound{"backfills.count_found", "UPDATE backfills SET found = found + 1 WHERE id = $1"};

void count_found(db::Tx& tx, std::int64_t id) {
  tx.exec(kCountFound, {id});
}

const db::Statement kLockBackfill{"backfills.lock", "SELECT 1 FROM backfills WHERE id = $1 FOR UPDATE"};

void lock_backfill(db::Tx& tx, std::int64_t id) {
  tx.exec(kLockBackfill, {id});
}

const db::Statement kDropNamesake{"backfills.drop_namesake",
                                  "DELETE FROM backfills WHERE kind = $1 AND subject_id = $2 AND id <> $3"};
const db::Statement kSetSubject{"backfills.set_subject", "UPDATE backfills SET subject_id = $2 WHERE id = $1"};

void set_backfill_subject(db::Tx& tx, const Backfill& b, std::int64_t subject) {
  tx.exec(kDropNamesake, {static_cast<int>(b.kind), subject, b.id});
  tx.exec(kSetSubject, {b.id, subject});
}

// The budget goes by what is asked for: a collection that repeats itself ends all the same.
const db::Statement kTakeObjects{"backfills.take_objects", R"sql(
WITH old AS (SELECT id, objects_left FROM backfills WHERE id = $1 FOR UPDATE)
UPDATE backfills b SET objects_left = greatest(0, b.objects_left - $2)
FROM old WHERE b.id = old.id
RETURNING least(old.objects_left, $2))sql"};
const db::Statement kTakePages{"backfills.take_pages", R"sql(
WITH old AS (SELECT id, pages_left FROM backfills WHERE id = $1 FOR UPDATE)
UPDATE backfills b SET pages_left = greatest(0, b.pages_left - $2)
FROM old WHERE b.id = old.id
RETURNING least(old.pages_left, $2))sql"};
const db::Statement kAddItems{"backfills.add_items", R"sql(
INSERT INTO backfill_items (backfill_id, kind, uri)
SELECT $1, $2, uri FROM unnest($3::text[]) WITH ORDINALITY AS u (uri, place) ORDER BY place
ON CONFLICT (backfill_id, uri) DO NOTHING
RETURNING id)sql"};

std::vector<std::int64_t> add_backfill_items(db::Tx& tx, std::int64_t backfill, BackfillItemKind kind,
                                             std::span<const std::string> uris) {
  if (uris.empty()) return {};
  const auto granted = tx.exec(kind == BackfillItemKind::object ? kTakeObjects : kTakePages,
                               {backfill, static_cast<std::int64_t>(uris.size())});
  if (granted.empty()) return {};
  const auto count = static_cast<std::size_t>(granted[0].i64(0));
  if (count == 0) return {};
  return all_rows(tx.exec(kAddItems, {backfill, static_cast<int>(kind), db::Param::texts(uris.first(count))}),
                  [](const db::Row& row) { return row.i64(0); });
}

const db::Statement kFindItem{"backfills.find_item",
                              "SELECT id, backfill_id, kind, uri FROM backfill_items WHERE id = $1 AND NOT done"};

std::optional<BackfillItem> find_backfill_item(db::Tx& tx, std::int64_t id) {
  return first_row(tx.exec(kFindItem, {id}), [](const db::Row& row) {
    return BackfillItem{.id = row.i64(0),
                        .backfill_id = row.i64(1),
                        .kind = static_cast<BackfillItemKind>(row.i32(2)),
                        .uri = std::string(row.text(3))};
  });
}

// The backfill's row is locked, so that of two last items one sees the other done.
const db::Statement kFinishItem{"backfills.finish_item", "UPDATE backfill_items SET done = true WHERE id = $1"};
const db::Statement kCountOpen{"backfills.count_open",
                               "SELECT count(*) FROM backfill_items WHERE backfill_id = $1 AND NOT done"};

std::int64_t finish_backfill_item(db::Tx& tx, const BackfillItem& item) {
  lock_backfill(tx, item.backfill_id);
  tx.exec(kFinishItem, {item.id});
  return tx.exec(kCountOpen, {item.backfill_id})[0].i64(0);
}

const db::Statement kLetWait{"backfills.let_wait", "UPDATE backfill_items SET waits_for = $2 WHERE id = $1"};

void let_backfill_item_wait(db::Tx& tx, std::int64_t item, std::string_view uri) {
  tx.exec(kLetWait, {item, uri});
}

const db::Statement kWakeItems{"backfills.wake_items", R"sql(
UPDATE backfill_items SET done = false, waits_for = NULL WHERE backfill_id = $1 AND waits_for = $2 RETURNING id)sql"};

std::vector<std::int64_t> wake_backfill_items(db::Tx& tx, std::int64_t backfill, std::string_view uri) {
  return all_rows(tx.exec(kWakeItems, {backfill, uri}), [](const db::Row& row) { return row.i64(0); });
}

const db::Statement kPurgeBackfills{"backfills.purge", "DELETE FROM backfills WHERE next_at < $1"};

std::size_t purge_backfills(db::Tx& tx, Time before) {
  return tx.exec(kPurgeBackfills, {before}).affected();
}

const db::Statement kRemoteOfThread{"backfills.remote_of_thread", R"sql(
(SELECT s.uri
 FROM statuses s
 WHERE s.conversation_id = $1 AND NOT s.local AND s.visibility <= 1 AND s.reblog_of_id IS NULL AND s.deleted_at IS NULL
 ORDER BY s.id
 LIMIT $2)
UNION
(SELECT s.in_reply_to_uri
 FROM statuses s
 WHERE s.conversation_id = $1 AND s.in_reply_to_uri IS NOT NULL AND s.in_reply_to_id IS NULL AND s.visibility <= 1
   AND s.deleted_at IS NULL
 LIMIT $2))sql"};

std::vector<std::string> list_remote_of_thread(db::Tx& tx, ConversationId id, int limit) {
  return all_rows(tx.exec(kRemoteOfThread, {id, limit}), [](const db::Row& row) { return std::string(row.text(0)); });
}

const db::Statement kIsOfThread{"backfills.is_of_thread", R"sql(
SELECT EXISTS (SELECT 1 FROM conversations WHERE id = $1 AND uri = $3)
    OR EXISTS (
         SELECT 1
         FROM statuses
         WHERE in_reply_to_uri = $2 AND in_reply_to_id IS NULL AND conversation_id = $1 AND deleted_at IS NULL))sql"};

bool is_of_thread(db::Tx& tx, ConversationId id, std::string_view uri, std::string_view conversation_uri) {
  return tx.exec(kIsOfThread, {id, uri, conversation_uri})[0].boolean(0);
}

const db::Statement kThreadStart{
    "backfills.thread_start",
    "SELECT created_at FROM statuses WHERE conversation_id = $1 AND deleted_at IS NULL ORDER BY id LIMIT 1"};

std::optional<Time> find_thread_start(db::Tx& tx, ConversationId id) {
  return first_row(tx.exec(kThreadStart, {id}), [](const db::Row& row) { return row.time(0); });
}

const db::Statement kSetRemoteCounts{"backfills.set_remote_counts", R"sql(
UPDATE status_stats
SET remote_reblogs = coalesce($2, remote_reblogs), remote_favourites = coalesce($3, remote_favourites),
    remote_replies = coalesce($4, remote_replies)
WHERE status_id = $1 AND (coalesce($2, remote_reblogs) <> remote_reblogs OR
                          coalesce($3, remote_favourites) <> remote_favourites OR
                          coalesce($4, remote_replies) <> remote_replies))sql"};

void set_remote_counts(db::Tx& tx, StatusId id, const RemoteCounts& counts) {
  static constexpr std::int64_t kMost = 1'000'000'000;
  const auto sane = [](std::optional<std::int64_t> total) {
    return total ? std::optional(std::clamp<std::int64_t>(*total, 0, kMost)) : std::nullopt;
  };
  tx.exec(kSetRemoteCounts, {id, sane(counts.reblogs), sane(counts.favourites), sane(counts.replies)});
}

const db::Statement kSetAccountCounts{"backfills.set_account_counts", R"sql(
UPDATE account_stats
SET remote_statuses = coalesce($2, remote_statuses), remote_followers = coalesce($3, remote_followers),
    remote_following = coalesce($4, remote_following)
WHERE account_id = $1)sql"};

void set_remote_account_counts(db::Tx& tx, AccountId id, std::optional<std::int64_t> statuses,
                               std::optional<std::int64_t> followers, std::optional<std::int64_t> following) {
  tx.exec(kSetAccountCounts, {id, statuses, followers, following});
}

const db::Statement kCountStatusesHere{
    "backfills.count_statuses_here",
    "SELECT count(*) FROM (SELECT 1 FROM statuses WHERE account_id = $1 AND deleted_at IS NULL LIMIT $2) here"};

std::int64_t count_statuses_here(db::Tx& tx, AccountId id, int limit) {
  return tx.exec(kCountStatusesHere, {id, limit})[0].i64(0);
}

}  // namespace dunlin::store
