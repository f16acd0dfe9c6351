-- Whoever takes back what was never seen speaks for his own things only: another actor of the same host could else keep
-- a victim's next status away. by_actor '': for everybody, of what was here and is gone.
ALTER TABLE tombstones ADD COLUMN by_actor text NOT NULL DEFAULT '';
ALTER TABLE tombstones DROP CONSTRAINT tombstones_pkey, ADD PRIMARY KEY (uri, by_actor);
CREATE INDEX tombstones_early ON tombstones (created_at) WHERE by_actor <> '';
