-- The durable queue: what has to happen later, committed with the change that causes it. src/jobs/README.md.
CREATE TABLE jobs (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind        text NOT NULL,
  payload     text NOT NULL,
  lane        smallint NOT NULL,
  priority    smallint NOT NULL DEFAULT 0,   -- smaller is sooner
  state       smallint NOT NULL DEFAULT 0,   -- 0 pending, 1 given up
  run_at      timestamptz NOT NULL,
  attempts    integer NOT NULL DEFAULT 0,    -- begun so far
  lease_until timestamptz,                   -- claimed until then
  unique_key  text,                          -- until it is claimed: a second such job is not needed
  last_error  text,
  created_at  timestamptz NOT NULL
);
CREATE INDEX jobs_next ON jobs (lane, priority, run_at) WHERE state = 0;
CREATE INDEX jobs_due ON jobs (run_at) WHERE state = 0;
CREATE INDEX jobs_given_up ON jobs (id) WHERE state = 1;
CREATE UNIQUE INDEX jobs_unique_key ON jobs (kind, unique_key) WHERE state = 0 AND unique_key IS NOT NULL;

-- One outgoing activity, serialised once for all its receivers. account_id 0: the instance actor's. No foreign key: the
-- Delete of an account outlives its row.
CREATE TABLE outbound_activities (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id bigint NOT NULL,
  body       text NOT NULL,
  created_at timestamptz NOT NULL
);

-- What we know of a server as a receiver, and which process works on its lane.
CREATE TABLE delivery_hosts (
  host               text PRIMARY KEY,
  lease_owner        text,
  lease_until        timestamptz,
  next_attempt_at    timestamptz,                 -- the whole host waits until then
  failures_in_row    integer NOT NULL DEFAULT 0,
  timeouts_in_row    integer NOT NULL DEFAULT 0,
  breaker_opened     integer NOT NULL DEFAULT 0,  -- times in a row: the pause doubles
  breaker_open_until timestamptz,
  failing_since      timestamptz,
  failure_days       integer NOT NULL DEFAULT 0,  -- different days with a failure, since the last success
  last_failure_at    timestamptz,
  unavailable_since  timestamptz,
  gone_since         timestamptz,
  last_success_at    timestamptz,
  signature_scheme   smallint,                    -- NULL: not known
  scheme_checked_at  timestamptz
) WITH (fillfactor = 80);

CREATE TABLE deliveries (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  activity_id bigint NOT NULL REFERENCES outbound_activities (id) ON DELETE CASCADE,
  host        text NOT NULL,                 -- a delivery_hosts row; no foreign key: it would lock that row
  inbox_url   text NOT NULL,
  account_id  bigint NOT NULL,
  object_key  text NOT NULL,                 -- what it is about: the object's uri
  priority    smallint NOT NULL,             -- smaller is sooner
  essential   boolean NOT NULL,              -- tried for 30 days, and kept for unavailable hosts
  state       smallint NOT NULL DEFAULT 0,   -- 0 pending, 1 given up (at run_at)
  attempts    integer NOT NULL DEFAULT 0,    -- failed so far
  run_at      timestamptz NOT NULL,
  last_status integer,                       -- HTTP; NULL: no answer
  last_error  text
);
CREATE INDEX deliveries_lane ON deliveries (host, run_at) WHERE state = 0;
CREATE INDEX deliveries_order ON deliveries (host, account_id, id) WHERE state = 0;
CREATE INDEX deliveries_object ON deliveries (object_key) WHERE state = 0;
CREATE INDEX deliveries_given_up ON deliveries (run_at) WHERE state = 1;
CREATE INDEX deliveries_activity ON deliveries (activity_id);
