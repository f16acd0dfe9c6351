-- Keys of deleted local accounts, until their last Deletes have been sent: their rows are gone by then.
CREATE TABLE departed_keys (
  account_id  bigint PRIMARY KEY,
  key_id      text NOT NULL,
  public_pem  text NOT NULL,
  private_pem text NOT NULL,
  expires_at  timestamptz NOT NULL
);
-- Names of deleted local accounts: other servers would take a new holder for the old one.
CREATE TABLE deleted_usernames (
  username   text PRIMARY KEY, -- lower case
  deleted_at timestamptz NOT NULL
);
-- After a rotation the old key signs for a while, so that the news of the new one is believed.
ALTER TABLE account_keys
  ADD COLUMN previous_private_pem text,
  ADD COLUMN previous_until       timestamptz;
CREATE INDEX account_keys_previous ON account_keys (previous_until) WHERE previous_until IS NOT NULL;
