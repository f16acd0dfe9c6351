-- FEP-8fcf. to_followers: what goes out is for followers, so that the receiver may compare whom it believes to follow.
ALTER TABLE deliveries ADD COLUMN to_followers boolean NOT NULL DEFAULT false;

-- When the followers of a remote account were last compared.
CREATE TABLE follower_syncs (
  account_id bigint PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  synced_at  timestamptz NOT NULL
);
