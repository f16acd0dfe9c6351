-- What full-text search looks at: one row for each post, with tokens that are made by the server (src/base/words.cpp) and
-- not by a dictionary of PostgreSQL. open: a public post of an author who lets himself be found (accounts.indexable);
-- only these are in the index of tokens. Other people's posts that one has something to do with are found by walking
-- one's own favourites, mentions and so on.
CREATE TABLE status_search (
  status_id  bigint PRIMARY KEY REFERENCES statuses (id) ON DELETE CASCADE,
  account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  open       boolean NOT NULL,
  tokens     tsvector NOT NULL
);
CREATE INDEX status_search_tokens ON status_search USING gin (tokens) WHERE open;
CREATE INDEX status_search_open ON status_search (status_id DESC) WHERE open;
CREATE INDEX status_search_account ON status_search (account_id, status_id DESC);

-- How far the posts from before this table have been read in: those with ids below are missing.
CREATE TABLE search_progress (
  id             smallint PRIMARY KEY CHECK (id = 1),
  backfill_below bigint NOT NULL
);
INSERT INTO search_progress VALUES (1, 9223372036854775807);

-- Authors who have changed their mind about being found, until their posts follow. Searching asks accounts.indexable
-- itself, so that nobody is found who does not want to be.
CREATE TABLE search_author_changes (
  account_id bigint PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE FUNCTION note_search_author() RETURNS trigger LANGUAGE plpgsql AS
  $$BEGIN INSERT INTO search_author_changes VALUES (NEW.id) ON CONFLICT DO NOTHING; RETURN NULL; END;$$;
CREATE TRIGGER accounts_indexable AFTER UPDATE OF indexable ON accounts
  FOR EACH ROW WHEN (OLD.indexable IS DISTINCT FROM NEW.indexable) EXECUTE FUNCTION note_search_author();
