-- Activities that wait to be handled together, many in one transaction: the row itself is the queue. Whatever cannot be
-- handled so gets a job of its own.
ALTER TABLE inbound_activities ADD COLUMN waiting boolean NOT NULL DEFAULT false;
CREATE INDEX inbound_activities_waiting ON inbound_activities (id) WHERE waiting;
