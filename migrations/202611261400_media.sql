-- Files that belong to statuses: uploads of local accounts, and what remote statuses name. Stored files are named by
-- their content (key); the same file may stand behind several rows.
CREATE TABLE media_attachments (
  id             bigint PRIMARY KEY,
  account_id     bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  status_id      bigint REFERENCES statuses (id) ON DELETE CASCADE,
  position       smallint,                       -- in its status; NULL: no longer (or not yet) shown there
  scheduled_id   bigint,                         -- a status to come that holds it: not for another one
  type           smallint NOT NULL,              -- model/media.hpp
  state          smallint NOT NULL,
  description    text NOT NULL DEFAULT '',
  focus_x        double precision NOT NULL DEFAULT 0,
  focus_y        double precision NOT NULL DEFAULT 0,
  blurhash       text NOT NULL DEFAULT '',
  content_type   text NOT NULL DEFAULT '',
  width          integer NOT NULL DEFAULT 0,     -- 0: not known, or none
  height         integer NOT NULL DEFAULT 0,
  preview_width  integer NOT NULL DEFAULT 0,
  preview_height integer NOT NULL DEFAULT 0,
  duration       double precision NOT NULL DEFAULT 0, -- seconds
  frame_rate     text NOT NULL DEFAULT '',       -- a fraction, "30/1"
  bitrate        bigint NOT NULL DEFAULT 0,      -- bits per second
  audio          text[] NOT NULL DEFAULT '{}',   -- codec, rate, channels in words
  file_key       text,                           -- NULL: not here (being processed, not fetched, evicted)
  preview_key    text,
  bytes          bigint NOT NULL DEFAULT 0,      -- both files
  remote_url     text,                           -- NULL: uploaded here
  failure        text NOT NULL DEFAULT '',       -- why the last attempt came to nothing
  failures       smallint NOT NULL DEFAULT 0,    -- in a row
  retry_at       timestamptz,                    -- not fetched again before
  last_viewed_at timestamptz NOT NULL,
  unattached_at  timestamptz,                    -- uploads that no status has: since when
  created_at     timestamptz NOT NULL,
  updated_at     timestamptz NOT NULL
);
CREATE INDEX media_attachments_status ON media_attachments (status_id, position) WHERE status_id IS NOT NULL;
CREATE INDEX media_attachments_account ON media_attachments (account_id, id DESC);
CREATE INDEX media_attachments_scheduled ON media_attachments (scheduled_id) WHERE scheduled_id IS NOT NULL;
CREATE INDEX media_attachments_unattached ON media_attachments (unattached_at) WHERE unattached_at IS NOT NULL;
CREATE INDEX media_attachments_cached ON media_attachments (last_viewed_at) INCLUDE (bytes)
  WHERE remote_url IS NOT NULL AND bytes > 0;
CREATE INDEX media_attachments_file ON media_attachments (file_key) WHERE file_key IS NOT NULL;
CREATE INDEX media_attachments_preview ON media_attachments (preview_key) WHERE preview_key IS NOT NULL;

-- only_media: statuses with the media bit of parts (model::Part::media).
CREATE INDEX statuses_account_media ON statuses (account_id, id DESC)
  WHERE parts & 1 <> 0 AND reblog_of_id IS NULL AND deleted_at IS NULL;
CREATE INDEX statuses_public_media ON statuses (id DESC)
  WHERE parts & 1 <> 0 AND visibility = 0 AND reblog_of_id IS NULL AND deleted_at IS NULL;
