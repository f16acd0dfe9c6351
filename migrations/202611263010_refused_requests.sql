-- What the inbox did not take: without body and signer, as neither may be genuine. Few rows an hour, kept as long as the
-- activities themselves.
CREATE TABLE refused_requests (
  id          bigint PRIMARY KEY,
  host        text NOT NULL,
  type        text NOT NULL,
  uri         text NOT NULL,        -- as it claims; '' = none
  received_at timestamptz NOT NULL,
  why         smallint NOT NULL,    -- activitypub::Reason
  reason      text NOT NULL
);
CREATE INDEX refused_requests_host ON refused_requests (host, id DESC);
CREATE INDEX refused_requests_received ON refused_requests (received_at);
