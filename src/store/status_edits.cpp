#include "dunlin/store/status_edits.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

const db::Statement kSnapshotParts{"status_edits.snapshot", R"sql(
SELECT (SELECT p.options FROM polls p WHERE p.status_id = $1),
       ARRAY(SELECT m.id FROM media_attachments m WHERE m.status_id = $1 AND m.position IS NOT NULL ORDER BY m.position),
       ARRAY(SELECT m.description FROM media_attachments m
             WHERE m.status_id = $1 AND m.position IS NOT NULL ORDER BY m.position))sql"};

StatusEdit snapshot_status(db::Tx& tx, const model::Status& status) {
  StatusEdit version{.content = status.content,
                     .spoiler_text = status.spoiler_text,
                     .sensitive = status.sensitive,
                     .created_at = status.edited_at.value_or(status.created_at)};
  if (!status.has(model::Part::poll) && !status.has(model::Part::media)) return version;
  const auto rows = tx.exec(kSnapshotParts, {status.id});
  if (!rows[0].is_null(0)) version.poll_options = rows[0].texts(0);
  for (const auto id : rows[0].bigints(1)) version.media_ids.push_back(MediaId{id});
  version.media_descriptions = rows[0].texts(2);
  return version;
}

const db::Statement kInsertStatusEdit{"status_edits.insert", R"sql(
INSERT INTO status_edits (id, status_id, content, spoiler_text, sensitive, poll_options, media_ids, media_descriptions,
                          created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9))sql"};

void insert_status_edit(db::Tx& tx, std::int64_t row_id, StatusId id, const StatusEdit& version) {
  tx.exec(kInsertStatusEdit,
          {row_id, id, version.content, version.spoiler_text, version.sensitive,
           version.poll_options ? db::Param::texts(*version.poll_options) : db::Param(std::nullopt),
           db::Param::ids(version.media_ids), db::Param::texts(version.media_descriptions), version.created_at});
}

// The ids are of the moment at which they were stored.
const db::Statement kHasEditSince{"status_edits.has_since",
                                  "SELECT EXISTS (SELECT 1 FROM status_edits WHERE status_id = $1 AND id > $2)"};

bool has_edit_since(db::Tx& tx, StatusId id, Time since) {
  return tx.exec(kHasEditSince, {id, since.time_since_epoch().count() << 16})[0].boolean(0);
}

const db::Statement kListStatusEdits{"status_edits.list", R"sql(
SELECT content, spoiler_text, sensitive, poll_options, created_at, media_ids, media_descriptions
FROM status_edits WHERE status_id = $1 ORDER BY id)sql"};

std::vector<StatusEdit> list_status_edits(db::Tx& tx, StatusId id) {
  return all_rows(tx.exec(kListStatusEdits, {id}), [](const db::Row& row) {
    StatusEdit edit{.content = std::string(row.text(0)),
                    .spoiler_text = std::string(row.text(1)),
                    .sensitive = row.boolean(2),
                    .created_at = row.time(4)};
    if (!row.is_null(3)) edit.poll_options = row.texts(3);
    for (const auto media : row.bigints(5)) edit.media_ids.push_back(MediaId{media});
    edit.media_descriptions = row.texts(6);
    return edit;
  });
}

const db::Statement kLocalRebloggers{"status_edits.local_rebloggers", R"sql(
SELECT w.account_id
FROM statuses w JOIN accounts a ON a.id = w.account_id
WHERE w.reblog_of_id = $1 AND w.deleted_at IS NULL AND a.domain IS NULL
ORDER BY w.id)sql"};

std::vector<AccountId> list_local_rebloggers(db::Tx& tx, StatusId id) {
  return all_rows(tx.exec(kLocalRebloggers, {id}), [](const db::Row& row) { return row.id<AccountId>(0); });
}

const db::Statement kLocalQuotes{"status_edits.local_quotes", R"sql(
SELECT q.account_id, q.status_id
FROM quotes q JOIN accounts a ON a.id = q.account_id JOIN statuses s ON s.id = q.status_id
WHERE q.quoted_status_id = $1 AND q.state = 1 AND s.deleted_at IS NULL AND a.domain IS NULL
ORDER BY q.id)sql"};

std::vector<LocalQuote> list_local_quotes(db::Tx& tx, StatusId quoted) {
  return all_rows(tx.exec(kLocalQuotes, {quoted}), [](const db::Row& row) {
    return LocalQuote{.account_id = row.id<AccountId>(0), .status_id = row.id<StatusId>(1)};
  });
}

}  // namespace dunlin::store
