-- An answer whose parent is not here yet: looked at again once that has come.
ALTER TABLE backfill_items ADD COLUMN waits_for text;
CREATE INDEX backfill_items_waiting ON backfill_items (backfill_id, waits_for) WHERE waits_for IS NOT NULL;
