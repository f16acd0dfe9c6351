-- What an Undo names.
CREATE INDEX blocks_uri ON blocks (uri) WHERE uri IS NOT NULL;
