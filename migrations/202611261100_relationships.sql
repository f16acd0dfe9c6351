-- Lists of blocks and mutes run by the hidden row id.
CREATE INDEX blocks_page ON blocks (account_id, id DESC);
CREATE INDEX mutes_page ON mutes (account_id, id DESC);
CREATE INDEX mutes_expiry ON mutes (expires_at) WHERE expires_at IS NOT NULL;
-- Whom a new status of the target is told.
CREATE INDEX follows_notify ON follows (target_account_id) WHERE notify;

-- Whole servers of which one user wants nothing.
CREATE TABLE account_domain_blocks (
  id         bigint PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  domain     text NOT NULL,
  created_at timestamptz NOT NULL,
  UNIQUE (account_id, domain)
);
CREATE INDEX account_domain_blocks_page ON account_domain_blocks (account_id, id DESC);

-- What a user has written down about another account; nobody else sees it.
CREATE TABLE account_notes (
  account_id        bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  target_account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  comment           text NOT NULL,
  PRIMARY KEY (account_id, target_account_id)
);
CREATE INDEX account_notes_target ON account_notes (target_account_id);

-- Followed accounts that a user shows on the profile.
CREATE TABLE endorsements (
  id                bigint PRIMARY KEY,
  account_id        bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  target_account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  created_at        timestamptz NOT NULL,
  UNIQUE (account_id, target_account_id)
);
CREATE INDEX endorsements_page ON endorsements (account_id, id DESC);
CREATE INDEX endorsements_target ON endorsements (target_account_id);
