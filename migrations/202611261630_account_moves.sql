-- Accounts that moved elsewhere, or were told to: one move per account and week (remote) or month (local) counts.
CREATE TABLE account_moves (
  account_id bigint PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  target_id  bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  moved_at   timestamptz NOT NULL
);
CREATE INDEX account_moves_target ON account_moves (target_id);
