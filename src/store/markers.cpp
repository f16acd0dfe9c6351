#include "rows.hpp"

#include "dunlin/db/statement.hpp"
#include "dunlin/store/notifications.hpp"

namespace dunlin::store {

#define DUNLIN_MARKER_COLUMNS "timeline, last_read_id, version, updated_at"

namespace {

Marker read_marker(const db::Row& row) {
  return {.timeline = std::string(row.text(0)),
          .last_read_id = row.i64(1),
          .version = row.i32(2),
          .updated_at = row.time(3)};
}

}  // namespace

const db::Statement kListMarkers{"markers.list", "SELECT " DUNLIN_MARKER_COLUMNS R"sql(
FROM markers WHERE account_id = $1 AND timeline = ANY($2::text[]) ORDER BY timeline)sql"};

std::vector<Marker> list_markers(db::Tx& tx, AccountId who, std::span<const std::string> timelines) {
  if (timelines.empty()) return {};
  return all_rows(tx.exec(kListMarkers, {who, db::Param::texts(timelines)}), read_marker);
}

const db::Statement kSaveMarker{"markers.save", R"sql(
INSERT INTO markers (account_id, timeline, last_read_id, version, updated_at)
SELECT $1::bigint, $2::text, $3::bigint, $5::integer + 1, $4::timestamptz
WHERE $5 = 0 OR EXISTS (SELECT 1 FROM markers WHERE account_id = $1 AND timeline = $2)
ON CONFLICT (account_id, timeline) DO UPDATE
SET last_read_id = EXCLUDED.last_read_id, version = EXCLUDED.version, updated_at = EXCLUDED.updated_at
WHERE markers.version = EXCLUDED.version - 1
RETURNING )sql" DUNLIN_MARKER_COLUMNS};

std::optional<Marker> save_marker(db::Tx& tx, AccountId who, std::string_view timeline, std::int64_t last_read_id,
                                  int seen) {
  return first_row(tx.exec(kSaveMarker, {who, timeline, last_read_id, tx.now(), seen}), read_marker);
}

}  // namespace dunlin::store
