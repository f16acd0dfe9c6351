-- Emptied together with the table of events when the server crashes: another epoch says that events may be lost. The time
-- at which the server was started does not: it stays the same when one of its processes crashes.
CREATE UNLOGGED TABLE event_epoch (
  id    smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1),
  epoch uuid NOT NULL DEFAULT gen_random_uuid()
);
