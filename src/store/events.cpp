#include "dunlin/store/events.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

const db::Statement kInsertEvent{"events.insert", R"sql(
WITH stored AS (INSERT INTO events (origin, event, created_at) VALUES ($1, $2, $3))
SELECT pg_notify($4, $5)::text)sql"};

void insert_event(db::Tx& tx, std::int64_t origin, std::string_view event) {
  tx.exec(kInsertEvent, {origin, event, tx.now(), kSiblingsChannel, kEventsStored});
}

const db::Statement kNotifySiblings{"events.notify", "SELECT pg_notify($1, $2)::text"};

void notify_siblings(db::Tx& tx, std::string_view text) {
  tx.exec(kNotifySiblings, {kSiblingsChannel, text});
}

const db::Statement kEventHorizon{"events.horizon", R"sql(
SELECT h.xact::text, h.next::text, EXISTS (SELECT 1 FROM events e WHERE e.xact >= h.xact AND e.origin <> $1),
       coalesce((SELECT epoch::text FROM event_epoch), '')
FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS xact, pg_snapshot_xmax(pg_current_snapshot()) AS next) h)sql"};

EventHorizon find_event_horizon(db::Tx& tx, std::int64_t origin) {
  const auto rows = tx.exec(kEventHorizon, {origin});
  return {.xact = rows[0].i64(0),
          .next = rows[0].i64(1),
          .more_beyond = rows[0].boolean(2),
          .epoch = std::string(rows[0].text(3))};
}

const db::Statement kTakeNumber{"events.take_number", "SELECT pg_current_xact_id()::text"};

std::int64_t take_transaction_number(db::Tx& tx) {
  return tx.exec(kTakeNumber)[0].i64(0);
}

const db::Statement kBeginEpoch{"events.begin_epoch", "INSERT INTO event_epoch DEFAULT VALUES ON CONFLICT DO NOTHING"};

void begin_event_epoch(db::Tx& tx) {
  tx.exec(kBeginEpoch);
}

const db::Statement kListEvents{"events.list", R"sql(
SELECT xact::text, id, event
FROM events
WHERE (xact, id) > ($2::text::xid8, $3) AND xact < $4::text::xid8 AND origin <> $1
ORDER BY xact, id
LIMIT $5)sql"};

std::vector<StoredEvent> list_events(db::Tx& tx, std::int64_t origin, const EventCursor& after, std::int64_t horizon,
                                     int limit) {
  return all_rows(tx.exec(kListEvents, {origin, after.xact, after.id, horizon, limit}), [](const db::Row& row) {
    return StoredEvent{.at = {.xact = row.i64(0), .id = row.i64(1)}, .event = std::string(row.text(2))};
  });
}

const db::Statement kPurgeEvents{"events.purge", "DELETE FROM events WHERE created_at < $1"};

std::size_t purge_events(db::Tx& tx, Time before) {
  return tx.exec(kPurgeEvents, {before}).affected();
}

}  // namespace dunlin::store
