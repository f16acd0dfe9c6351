-- tallies: votes for each option, in order; of remote polls what their server last said, and the votes of our own since.
CREATE TABLE polls (
  id           bigint PRIMARY KEY,
  status_id    bigint NOT NULL UNIQUE REFERENCES statuses (id) ON DELETE CASCADE,
  options      text[] NOT NULL,
  tallies      bigint[] NOT NULL,
  voters_count bigint NOT NULL DEFAULT 0,
  multiple     boolean NOT NULL,
  hide_totals  boolean NOT NULL DEFAULT false,
  expires_at   timestamptz,
  fetched_at   timestamptz, -- remote: when it was last asked for
  created_at   timestamptz NOT NULL,
  CHECK (cardinality(options) = cardinality(tallies))
);

-- uri: of the vote's note. By remote accounts in local polls, by local accounts in all.
CREATE TABLE poll_votes (
  id         bigint PRIMARY KEY,
  poll_id    bigint NOT NULL REFERENCES polls (id) ON DELETE CASCADE,
  account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  choice     smallint NOT NULL,
  uri        text,
  created_at timestamptz NOT NULL,
  UNIQUE (poll_id, account_id, choice)
);
CREATE INDEX poll_votes_account ON poll_votes (account_id);
