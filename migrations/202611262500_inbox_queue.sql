-- What was received and waits to be handled has a table of its own, whose rows go when they are handled: each activity is
-- written once here, and once as the record of what became of it, with its verdict, instead of twice with all indexes.
CREATE TABLE waiting_activities (
  id          bigint PRIMARY KEY,
  uri         text COLLATE "C", -- activitypub/intake.hpp
  signer_id   bigint NOT NULL,
  host        text NOT NULL,
  type        text NOT NULL,
  body        text NOT NULL,
  received_at timestamptz NOT NULL
);

INSERT INTO waiting_activities (id, uri, signer_id, host, type, body, received_at)
SELECT id, uri, signer_id, host, type, body, received_at FROM inbound_activities WHERE waiting;
DELETE FROM inbound_activities WHERE waiting;

DROP INDEX inbound_activities_waiting;
DROP INDEX inbound_activities_received; -- ids sort by time
DROP INDEX inbound_activities_signer;
ALTER TABLE inbound_activities
  DROP COLUMN waiting,
  DROP CONSTRAINT inbound_activities_signer_id_fkey,
  ALTER COLUMN uri TYPE text COLLATE "C",
  ALTER COLUMN body DROP NOT NULL; -- only as long as a job has to handle it
