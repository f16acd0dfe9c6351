-- What lies in the store, by its key. A file that no row names any more is dropped after a while: first marked, then
-- removed from the store, then from here, so that nobody who stores the same content meanwhile loses it.
CREATE TABLE stored_files (
  key        text COLLATE "C" PRIMARY KEY,
  bytes      bigint NOT NULL,
  dropping   boolean NOT NULL DEFAULT false,
  touched_at timestamptz NOT NULL -- last time that somebody stored it
);

-- Avatars, headers and custom emojis, one row each. Local ones name their file; of remote ones the file is a copy that
-- may be missing and is fetched when somebody looks.
CREATE TABLE pictures (
  id             bigint PRIMARY KEY,
  kind           smallint NOT NULL,           -- model/picture.hpp
  account_id     bigint REFERENCES accounts (id) ON DELETE CASCADE,
  emoji_id       bigint REFERENCES custom_emojis (id) ON DELETE CASCADE,
  remote_url     text,                        -- NULL: uploaded here
  file_key       text,                        -- NULL: not here
  still_key      text,                        -- of a moving one
  bytes          bigint NOT NULL DEFAULT 0,
  failures       smallint NOT NULL DEFAULT 0,
  retry_at       timestamptz,
  last_viewed_at timestamptz NOT NULL,
  updated_at     timestamptz NOT NULL,
  CHECK ((account_id IS NULL) <> (emoji_id IS NULL))
);
CREATE UNIQUE INDEX pictures_account ON pictures (account_id, kind) WHERE account_id IS NOT NULL;
CREATE UNIQUE INDEX pictures_emoji ON pictures (emoji_id) WHERE emoji_id IS NOT NULL;
CREATE INDEX pictures_cached ON pictures (last_viewed_at) INCLUDE (bytes) WHERE remote_url IS NOT NULL AND bytes > 0;
CREATE INDEX pictures_file ON pictures (file_key) WHERE file_key IS NOT NULL;
CREATE INDEX pictures_still ON pictures (still_key) WHERE still_key IS NOT NULL;
