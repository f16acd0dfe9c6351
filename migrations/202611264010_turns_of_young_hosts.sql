-- What a server sends that was first heard of within a day is handled after what others send, where there is more than
-- can be handled at once. An index has that order, so that nobody sorts what waits.
ALTER TABLE waiting_activities ADD COLUMN young boolean NOT NULL DEFAULT false;
CREATE INDEX waiting_activities_turn ON waiting_activities (young, id);
CREATE INDEX waiting_activities_young ON waiting_activities (host) WHERE young;
CREATE OR REPLACE FUNCTION take_waiting_activities(most bigint) RETURNS SETOF waiting_activities
LANGUAGE sql ROWS 50 SET enable_seqscan = off SET enable_sort = off AS $$
  SELECT * FROM waiting_activities ORDER BY young, id LIMIT most FOR UPDATE SKIP LOCKED
$$;
-- A server comes of age when nothing of its youth waits any more: its own things keep their order. Planned apart, for a
-- table that is mostly empty.
CREATE FUNCTION has_young_waiting(of_host text) RETURNS boolean LANGUAGE sql STABLE SET enable_seqscan = off AS $$
  SELECT EXISTS (SELECT 1 FROM waiting_activities WHERE young AND host = of_host)
$$;
