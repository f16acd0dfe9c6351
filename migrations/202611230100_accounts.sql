-- Accounts: local and remote profiles. domain IS NULL means local. uri is the ActivityPub id, compared byte by byte.
CREATE TABLE accounts (
  id               bigint PRIMARY KEY,
  username         text NOT NULL,
  domain           text,
  uri              text NOT NULL UNIQUE,
  url              text NOT NULL,
  actor_type       smallint NOT NULL DEFAULT 0,
  display_name     text NOT NULL DEFAULT '',
  search_name      text COLLATE "C" NOT NULL DEFAULT '', -- display_name, folded
  note             text NOT NULL DEFAULT '',   -- HTML, sanitised
  note_source      text NOT NULL DEFAULT '',   -- what a local user typed
  fields           text NOT NULL DEFAULT '[]', -- JSON array of {name, value, source, verified_at}
  locked           boolean NOT NULL DEFAULT false,
  discoverable     boolean NOT NULL DEFAULT false,
  indexable        boolean NOT NULL DEFAULT false,
  hide_collections boolean NOT NULL DEFAULT false,
  memorial         boolean NOT NULL DEFAULT false,
  avatar_url       text NOT NULL DEFAULT '',
  header_url       text NOT NULL DEFAULT '',
  inbox_url        text NOT NULL DEFAULT '',
  shared_inbox_url text NOT NULL DEFAULT '',
  outbox_url       text NOT NULL DEFAULT '',
  followers_url    text NOT NULL DEFAULT '',
  following_url    text NOT NULL DEFAULT '',
  featured_url     text NOT NULL DEFAULT '',
  also_known_as    text[] NOT NULL DEFAULT '{}',
  moved_to_id      bigint REFERENCES accounts (id) ON DELETE SET NULL,
  suspended_at     timestamptz,
  silenced_at      timestamptz,
  handle_verified  boolean NOT NULL DEFAULT true,
  created_at       timestamptz NOT NULL,
  updated_at       timestamptz NOT NULL,
  fetched_at       timestamptz                 -- remote: when the actor document was last read
);
CREATE UNIQUE INDEX accounts_local_username ON accounts (lower(username)) WHERE domain IS NULL;
CREATE UNIQUE INDEX accounts_remote_handle ON accounts (lower(username), domain) WHERE domain IS NOT NULL AND handle_verified;
CREATE INDEX accounts_domain ON accounts (domain) WHERE domain IS NOT NULL;
CREATE INDEX accounts_username_prefix ON accounts (lower(username) text_pattern_ops);
CREATE INDEX accounts_search_name ON accounts (search_name);
CREATE INDEX accounts_url ON accounts (url);
CREATE INDEX accounts_suspended ON accounts (id) WHERE suspended_at IS NOT NULL;
CREATE INDEX accounts_moved_to ON accounts (moved_to_id) WHERE moved_to_id IS NOT NULL;

-- Counters of what this server knows, narrow so that every change is a HOT update. Direct statuses do not count.
CREATE TABLE account_stats (
  account_id      bigint PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  statuses_count  bigint NOT NULL DEFAULT 0,
  replies_count   bigint NOT NULL DEFAULT 0, -- how many of the statuses are replies
  followers_count bigint NOT NULL DEFAULT 0,
  following_count bigint NOT NULL DEFAULT 0,
  last_status_at  timestamptz
) WITH (fillfactor = 80);

-- Several keys per actor and several algorithms are possible. private_pem only for local ones.
CREATE TABLE account_keys (
  key_id      text PRIMARY KEY,
  account_id  bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  algorithm   smallint NOT NULL,
  public_pem  text NOT NULL,
  private_pem text,
  created_at  timestamptz NOT NULL,
  fetched_at  timestamptz
);
CREATE INDEX account_keys_account ON account_keys (account_id);

-- RSA keys made ahead, so that creating an account does not wait for one.
CREATE TABLE spare_keys (
  id          bigint PRIMARY KEY,
  private_pem text NOT NULL,
  created_at  timestamptz NOT NULL
);

-- The login of a local account.
CREATE TABLE users (
  id                 bigint PRIMARY KEY,
  account_id         bigint NOT NULL UNIQUE REFERENCES accounts (id) ON DELETE CASCADE,
  email              text NOT NULL,
  password_hash      text NOT NULL,
  role               smallint NOT NULL DEFAULT 0,
  confirmed_at       timestamptz,
  approved           boolean NOT NULL DEFAULT true,
  disabled           boolean NOT NULL DEFAULT false,
  locale             text NOT NULL DEFAULT 'en',
  default_visibility smallint NOT NULL DEFAULT 0,
  default_sensitive  boolean NOT NULL DEFAULT false,
  default_language   text,
  created_at         timestamptz NOT NULL,
  last_active_on     date
);
CREATE UNIQUE INDEX users_email ON users (lower(email));
CREATE INDEX users_last_active ON users (last_active_on);

-- Servers we know anything of.
CREATE TABLE instances (
  domain     text PRIMARY KEY,
  created_at timestamptz NOT NULL
);
