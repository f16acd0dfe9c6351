-- Threads (kind 0, a conversation) and profiles (kind 1, an account) that are being completed by what their origins know.
CREATE TABLE backfills (
  id            bigint PRIMARY KEY,
  kind          smallint NOT NULL,
  subject_id    bigint NOT NULL,
  started_at    timestamptz NOT NULL,
  finished_at   timestamptz,
  next_at       timestamptz NOT NULL,       -- not again before
  pause         integer NOT NULL,           -- seconds; doubles while nothing new is found
  objects_left  integer NOT NULL,
  pages_left    integer NOT NULL,
  found         integer NOT NULL DEFAULT 0, -- statuses that were new here
  UNIQUE (kind, subject_id)
);
CREATE INDEX backfills_next ON backfills (next_at);

-- What is to be fetched, each once: an object (kind 0), a collection or page of one (kind 1).
CREATE TABLE backfill_items (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  backfill_id bigint NOT NULL REFERENCES backfills (id) ON DELETE CASCADE,
  kind        smallint NOT NULL,
  uri         text NOT NULL,
  done        boolean NOT NULL DEFAULT false,
  UNIQUE (backfill_id, uri)
);

-- What the origins say of their own numbers: shown where it is more than what is known here.
ALTER TABLE status_stats
  ADD COLUMN remote_reblogs    bigint NOT NULL DEFAULT 0,
  ADD COLUMN remote_favourites bigint NOT NULL DEFAULT 0;
ALTER TABLE account_stats
  ADD COLUMN remote_statuses  bigint NOT NULL DEFAULT 0,
  ADD COLUMN remote_followers bigint NOT NULL DEFAULT 0,
  ADD COLUMN remote_following bigint NOT NULL DEFAULT 0;
