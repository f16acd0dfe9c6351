-- What was here and was deleted by its owner is remembered for its owner, too, and for ever: another account of its host
-- could else use a victim's next id, delete what it has put there, and keep the victim's own away. Only what was taken
-- back early has an end, and a limit.
DROP INDEX tombstones_early;
CREATE INDEX tombstones_early ON tombstones (created_at) WHERE by_actor <> '' AND expires_at IS NOT NULL;
