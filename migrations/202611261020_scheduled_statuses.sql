-- Posts for later. draft: the parameters as JSON (store/scheduled_statuses.cpp).
CREATE TABLE scheduled_statuses (
  id           bigint PRIMARY KEY,
  account_id   bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  scheduled_at timestamptz NOT NULL,
  draft        text NOT NULL,
  created_at   timestamptz NOT NULL
);
CREATE INDEX scheduled_statuses_account ON scheduled_statuses (account_id, id DESC);
CREATE INDEX scheduled_statuses_day ON scheduled_statuses (account_id, scheduled_at);
