#include "dunlin/store/status_receivers.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

// affected: 0 when there is no such set.
const db::Statement kSaveReceivers{"status_receivers.save", R"sql(
INSERT INTO status_receivers AS r (status_id, set_id, named)
SELECT $1, s.id, $3::text[] FROM receiver_sets s WHERE s.digest = $2::bytea
ON CONFLICT (status_id) DO UPDATE
SET set_id = EXCLUDED.set_id, named = ARRAY(SELECT unnest(r.named) UNION SELECT unnest(EXCLUDED.named)))sql"};

const db::Statement kInsertSet{"status_receivers.insert_set", R"sql(
INSERT INTO receiver_sets (digest, inboxes, created_at) VALUES ($1::bytea, $2::text[], $3)
ON CONFLICT (digest) DO NOTHING)sql"};

void save_status_receivers(db::Tx& tx, StatusId id, std::string_view digest, std::span<const std::string> of_followers,
                           std::span<const std::string> named) {
  const auto save = [&] {
    return tx.exec(kSaveReceivers, {id, db::Param::bytes(digest), db::Param::texts(named)}).affected() > 0;
  };
  if (save()) return;
  tx.exec(kInsertSet, {db::Param::bytes(digest), db::Param::texts(of_followers), tx.now()});
  save();
}

const db::Statement kAddNamed{"status_receivers.add_named", R"sql(
UPDATE status_receivers SET named = ARRAY(SELECT unnest(named) UNION SELECT unnest($2::text[]))
WHERE status_id = $1 AND NOT named @> $2::text[])sql"};

void add_named_receivers(db::Tx& tx, StatusId id, std::span<const std::string> named) {
  if (!named.empty()) tx.exec(kAddNamed, {id, db::Param::texts(named)});
}

const db::Statement kListReceivers{"status_receivers.list", R"sql(
SELECT s.inboxes, r.named
FROM status_receivers r JOIN receiver_sets s ON s.id = r.set_id
WHERE r.status_id = $1)sql"};

StatusReceivers list_status_receivers(db::Tx& tx, StatusId id) {
  const auto found = first_row(tx.exec(kListReceivers, {id}), [](const db::Row& row) {
    return StatusReceivers{.of_followers = row.texts(0), .named = row.texts(1)};
  });
  return found.value_or(StatusReceivers{});
}

const db::Statement kHasReceivers{"status_receivers.has",
                                  "SELECT EXISTS (SELECT 1 FROM status_receivers WHERE status_id = $1)"};

bool has_status_receivers(db::Tx& tx, StatusId id) {
  return tx.exec(kHasReceivers, {id})[0].boolean(0);
}

// The inner query makes it a look at the index for each, not a join with all statuses.
const db::Statement kPurgeSets{"status_receivers.purge_sets", R"sql(
WITH page AS MATERIALIZED (SELECT id, created_at FROM receiver_sets WHERE id > $2 ORDER BY id LIMIT $3),
gone AS (
  DELETE FROM receiver_sets
  WHERE id = ANY(ARRAY(
    SELECT p.id FROM page p
    WHERE p.created_at < $1 AND (SELECT true FROM status_receivers r WHERE r.set_id = p.id LIMIT 1) IS NULL))
  RETURNING id)
SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM page), (SELECT coalesce(max(id), 0) FROM page))sql"};

ReceiverSetPurge purge_receiver_sets(db::Tx& tx, Time before, ReceiverSetId after, int limit) {
  const auto found = tx.exec(kPurgeSets, {before, after, limit});
  const auto& row = found[0];
  ReceiverSetPurge purged{.gone = static_cast<std::size_t>(row.i64(0)), .next = std::nullopt};
  if (row.i64(1) >= limit) purged.next = ReceiverSetId{row.i64(2)};
  return purged;
}

}  // namespace dunlin::store
