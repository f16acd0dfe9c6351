-- content_type: 0 plain, 1 Markdown, 2 HTML: what `source` is written in. local_only: never leaves this server.
-- quote_policy: who may quote (model/status.hpp); NULL: its server does not say.
ALTER TABLE statuses
  ADD COLUMN content_type smallint NOT NULL DEFAULT 0,
  ADD COLUMN local_only boolean NOT NULL DEFAULT false,
  ADD COLUMN expires_at timestamptz,
  ADD COLUMN quote_policy smallint;
ALTER TABLE status_stats ADD COLUMN quotes_count bigint NOT NULL DEFAULT 0;
-- Local posts from before policies: public ones may be quoted by anyone.
UPDATE statuses SET quote_policy = CASE WHEN visibility <= 1 THEN 1 ELSE 0 END WHERE local AND reblog_of_id IS NULL;

-- What a status was before an edit; the present version is the status itself. created_at: when that version was made.
CREATE TABLE status_edits (
  id           bigint PRIMARY KEY,
  status_id    bigint NOT NULL REFERENCES statuses (id) ON DELETE CASCADE,
  content      text NOT NULL,
  spoiler_text text NOT NULL,
  sensitive    boolean NOT NULL,
  poll_options text[], -- NULL: no poll
  created_at   timestamptz NOT NULL
);
CREATE INDEX status_edits_status ON status_edits (status_id, id);

-- At the top of the author's profile; of remote authors what their featured collection says.
CREATE TABLE pins (
  id         bigint PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  status_id  bigint NOT NULL REFERENCES statuses (id) ON DELETE CASCADE,
  created_at timestamptz NOT NULL,
  UNIQUE (account_id, status_id)
);
CREATE INDEX pins_account ON pins (account_id, id DESC);
CREATE INDEX pins_status ON pins (status_id);

CREATE TABLE bookmarks (
  id         bigint PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  status_id  bigint NOT NULL REFERENCES statuses (id) ON DELETE CASCADE,
  created_at timestamptz NOT NULL,
  UNIQUE (account_id, status_id)
);
CREATE INDEX bookmarks_account ON bookmarks (account_id, id DESC);
CREATE INDEX bookmarks_status ON bookmarks (status_id);

-- Threads whose notifications somebody does not want.
CREATE TABLE conversation_mutes (
  account_id      bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  conversation_id bigint NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  created_at      timestamptz NOT NULL,
  PRIMARY KEY (account_id, conversation_id)
);
CREATE INDEX conversation_mutes_conversation ON conversation_mutes (conversation_id);
