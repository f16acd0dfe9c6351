-- A rotated key has an id of its own and is listed beside the old one; from `main_from` on it is the one that the actor
-- names first. NULL: from the beginning, and the keys of other servers.
DROP INDEX account_keys_previous;
ALTER TABLE account_keys
  DROP COLUMN previous_private_pem,
  DROP COLUMN previous_until,
  ADD COLUMN main_from timestamptz;
CREATE INDEX account_keys_rotated ON account_keys (main_from) WHERE main_from IS NOT NULL;
