-- The oldest that wait, for whoever asks first. As a statement of its own its plan would be kept from a moment when the
-- table is empty, and then reading and sorting all of it is the cheapest: in a burst, all bodies for each fifty.
CREATE FUNCTION take_waiting_activities(most bigint) RETURNS SETOF waiting_activities
LANGUAGE sql ROWS 50 SET enable_seqscan = off SET enable_sort = off AS $$
  SELECT * FROM waiting_activities ORDER BY id LIMIT most FOR UPDATE SKIP LOCKED
$$;
