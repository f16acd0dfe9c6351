-- What other processes on this database must hear of (src/service/events.cpp). Kept for an hour. Nobody needs it after a
-- crash of the server: who was connected begins anew.
CREATE UNLOGGED TABLE events (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  xact       xid8 NOT NULL DEFAULT pg_current_xact_id(), -- readers take rows in the order in which this is settled
  origin     bigint NOT NULL,                            -- the process that told it
  event      text NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX events_order ON events (xact, id);
CREATE INDEX events_age ON events (created_at);
