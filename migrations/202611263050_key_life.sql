-- Keys of other servers that end by themselves, and those by which an actor proves what it says (`assertionMethod`).
ALTER TABLE account_keys
  ADD COLUMN expires_at timestamptz,
  ADD COLUMN asserts    boolean NOT NULL DEFAULT false;
-- Ed25519 keys have come from there but for few.
UPDATE account_keys SET asserts = true WHERE algorithm = 1;
