-- How a local account came about.
CREATE TABLE sign_ups (
  user_id        bigint PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  application_id bigint REFERENCES applications (id) ON DELETE SET NULL, -- NULL: by the web page
  invite_id      bigint,
  reason         text NOT NULL DEFAULT '',
  address        text NOT NULL DEFAULT '',                               -- of the network
  created_at     timestamptz NOT NULL
);
CREATE INDEX sign_ups_application ON sign_ups (application_id) WHERE application_id IS NOT NULL;

-- An address that waits for its owner to say yes: of a new account, or a new one of an old account.
CREATE TABLE email_confirmations (
  user_id    bigint PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  email      text NOT NULL,
  token_hash bytea NOT NULL UNIQUE,
  sent_at    timestamptz NOT NULL
);

CREATE TABLE password_resets (
  token_hash bytea PRIMARY KEY,
  user_id    bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  sent_at    timestamptz NOT NULL
);
CREATE INDEX password_resets_user ON password_resets (user_id);
CREATE INDEX password_resets_age ON password_resets (sent_at);

CREATE TABLE invites (
  id         bigint PRIMARY KEY,
  code       text NOT NULL UNIQUE,
  user_id    bigint REFERENCES users (id) ON DELETE CASCADE, -- NULL: made on the command line
  max_uses   integer,
  uses       integer NOT NULL DEFAULT 0,
  expires_at timestamptz,
  created_at timestamptz NOT NULL
);
CREATE INDEX invites_user ON invites (user_id) WHERE user_id IS NOT NULL;
ALTER TABLE sign_ups ADD FOREIGN KEY (invite_id) REFERENCES invites (id) ON DELETE SET NULL;
CREATE INDEX sign_ups_invite ON sign_ups (invite_id) WHERE invite_id IS NOT NULL;

-- Mail that waits to be handed over, each with a job.
CREATE TABLE outgoing_mails (
  id         bigint PRIMARY KEY,
  recipient  text NOT NULL,
  subject    text NOT NULL,
  body_text  text NOT NULL,
  body_html  text NOT NULL,
  created_at timestamptz NOT NULL
);

-- What a session page shows.
ALTER TABLE sessions
  ADD COLUMN user_agent  text NOT NULL DEFAULT '',
  ADD COLUMN address     text NOT NULL DEFAULT '',
  ADD COLUMN last_active timestamptz;
